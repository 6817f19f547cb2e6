/** The tabs of the page. */
export interface Tabs {
  /** Opens a tab; the address stays as it is. */
  open(name: string): void;
}

/**
 * Tabs by the usual keys: arrows, Home and End move and select; the address' fragment names the tab. `opened` is told the
 * name of each tab that opens.
 */
export function startTabs(opened: (name: string) => void): Tabs {
  const tabs = [...document.querySelectorAll<HTMLButtonElement>("[role=tab]")];
  const nameOf = (tab: HTMLElement): string => tab.id.replace("tab-", "");

  const show = (selected: HTMLButtonElement): void => {
    for (const tab of tabs) {
      const on = tab === selected;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel !== null) panel.hidden = !on;
    }
    opened(nameOf(selected));
  };
  const select = (selected: HTMLButtonElement): void => {
    show(selected);
    history.replaceState(null, "", `#${nameOf(selected)}`);
  };

  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener("click", () => {
      select(tab);
    });
    tab.addEventListener("keydown", ({ key }) => {
      const last = tabs.length - 1;
      const target = {
        ArrowRight: i === last ? 0 : i + 1,
        ArrowLeft: i === 0 ? last : i - 1,
        Home: 0,
        End: last,
      }[key];
      const next = target === undefined ? undefined : tabs[target];
      if (next === undefined) return;
      select(next);
      next.focus();
    });
  }

  const open = (name: string): void => {
    const named = tabs.find((tab) => nameOf(tab) === name);
    if (named !== undefined) show(named);
  };
  open(location.hash.slice(1));
  return { open };
}
