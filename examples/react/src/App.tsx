import { useState } from "react";
import { MinerPanel } from "./MinerPanel.js";
import { OWNER, SETTINGS } from "./settings.js";

const VIEWS = { read: "Read", support: "Support us" } as const;
type View = keyof typeof VIEWS;

/** A page with two views. Leaving the second one unmounts the miner, and with that it stops. */
export function App() {
  const [view, setView] = useState<View>("support");
  return (
    <>
      <header>
        <p className="site">{OWNER}</p>
        <nav aria-label="Views">
          {(Object.keys(VIEWS) as View[]).map((name) => (
            <button
              key={name}
              type="button"
              aria-current={name === view ? "page" : undefined}
              onClick={() => {
                setView(name);
              }}
            >
              {VIEWS[name]}
            </button>
          ))}
        </nav>
      </header>
      <main>
        {view === "read" ? (
          <>
            <h1>Nothing to read yet</h1>
            <p>This view has no miner. If one ran in the other view, it was stopped when you left.</p>
          </>
        ) : (
          <>
            <h1>Support the library</h1>
            <p>
              If you like, this page mines Aion for the library with a part of your processor. It does so only
              while you let it, and no longer than this view is open.
            </p>
            <MinerPanel settings={SETTINGS} owner={OWNER} />
          </>
        )}
      </main>
    </>
  );
}
