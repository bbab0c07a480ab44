import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useRoute } from "./route";
import { Run } from "./run";
import { Start } from "./start";
import "./style/tokens.css";
import "./style/base.css";
import "./style/form.css";
import "./style/result.css";
import { applyTheme, useTheme } from "./theme";

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M6 3v4M6 15v6M12 5v3M12 17v2M18 2v3M18 12v5" />
      <rect x="4" y="7" width="4" height="8" rx="1" class="fill" />
      <rect x="10" y="8" width="4" height="9" rx="1" />
      <rect x="16" y="5" width="4" height="7" rx="1" class="fill" />
    </svg>
  );
}

function App() {
  const route = useRoute();
  const [theme, toggle] = useTheme();
  const main = useRef<HTMLElement>(null);
  const here = route.screen === "run" ? `run/${route.id}` : route.screen;
  const before = useRef(here);
  // A new screen is a new page: it starts at its top, and the keyboard with it.
  useEffect(() => {
    if (before.current === here) return;
    before.current = here;
    scrollTo(0, 0);
    main.current?.focus();
  }, [here]);
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), main.current?.focus())}>
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="#/">
          <Mark /> Candlemill
        </a>
        <nav aria-label="Main">
          <a href="#/" aria-current={route.screen === "start" ? "page" : undefined}>
            Backtests
          </a>
        </nav>
        <button type="button" class="quiet theme" onClick={toggle}>
          <span aria-hidden="true">{theme === "dark" ? "☀" : "☾"}</span>{" "}
          {theme === "dark" ? "Light" : "Dark"}
        </button>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {route.screen === "start" && <Start key={route.from} from={route.from} />}
        {route.screen === "run" && <Run key={route.id} id={route.id} />}
        {route.screen === "unknown" && (
          <section class="panel">
            <h1>No such page</h1>
            <p>
              <a href="#/">Go to the backtests</a>
            </p>
          </section>
        )}
      </main>
      <footer>All times are UTC.</footer>
    </>
  );
}

applyTheme();
render(<App />, document.getElementById("app")!);
