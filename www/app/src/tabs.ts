/** Tabs by the usual keys: arrows, Home and End move and select; the address' fragment names the tab. */
export function startTabs(): void {
  const tabs = [...document.querySelectorAll<HTMLButtonElement>("[role=tab]")];
  const nameOf = (tab: HTMLElement): string => tab.id.replace("tab-", "");

  const select = (selected: HTMLButtonElement): void => {
    for (const tab of tabs) {
      const on = tab === selected;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel !== null) panel.hidden = !on;
    }
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

  const named = tabs.find((tab) => `#${nameOf(tab)}` === location.hash);
  if (named !== undefined) select(named);
}
