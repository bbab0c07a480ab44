// Light or dark: the system's choice until the user makes their own, which is kept.

import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";

const KEY = "candlemill.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null; // storage is switched off
  }
}

function current(): Theme {
  return stored() ?? (system.matches ? "dark" : "light");
}

export function applyTheme(): Theme {
  const theme = current();
  document.documentElement.dataset["theme"] = theme;
  return theme;
}

const CHANGED = "candlemill:theme";

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(current);
  useEffect(() => {
    const follow = () => setTheme(applyTheme());
    system.addEventListener("change", follow);
    addEventListener(CHANGED, follow);
    return () => {
      system.removeEventListener("change", follow);
      removeEventListener(CHANGED, follow);
    };
  }, []);
  const toggle = () => {
    try {
      localStorage.setItem(KEY, theme === "dark" ? "light" : "dark");
    } catch {
      return;
    }
    dispatchEvent(new Event(CHANGED));
  };
  return [theme, toggle];
}
