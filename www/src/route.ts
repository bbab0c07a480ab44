// Addresses live behind the #, so a static file server needs no rewrite rule.

import { useEffect, useState } from "preact/hooks";

export type Route =
  { screen: "start"; from: string | null } | { screen: "run"; id: string } | { screen: "unknown" };

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  if (path === "") return { screen: "start", from: new URLSearchParams(query).get("from") };
  const run = /^run\/([A-Za-z0-9_-]{1,64})$/.exec(path);
  return run ? { screen: "run", id: run[1]! } : { screen: "unknown" };
}

export const runHref = (id: string) => `#/run/${encodeURIComponent(id)}`;
export const againHref = (id: string) => `#/?from=${encodeURIComponent(id)}`;

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const moved = () => setRoute(parse(location.hash));
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return route;
}
