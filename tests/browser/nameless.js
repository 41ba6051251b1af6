// How many parts of the page lack what a screen reader says of them.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all("[id]").map((element) => element.id);
  return {
    charts: all(".chart").filter((chart) => (chart.getAttribute("aria-label") || "").length < 40).length,
    tables: all("table").filter((table) => !table.caption?.textContent).length,
    heads: all("th").filter((head) => !head.scope).length,
    controls: all("select, input").filter((control) => !control.labels.length).length,
    sections: all("section").filter((section) => !ids.includes(section.getAttribute("aria-labelledby"))).length,
    links: all("nav a").filter((link) => !ids.includes(link.getAttribute("href").slice(1))).length,
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
  };
})()
