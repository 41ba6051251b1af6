// Draws the charts of the page; the figures behind them stand in its tables, so nothing is lost without scripts.
(() => {
  const specifications = JSON.parse(document.getElementById("chart-specifications").textContent);
  for (const holder of document.querySelectorAll("[data-chart]")) {
    const specification = specifications[holder.dataset.chart];
    // "ast" has Vega interpret its expressions: the content security policy forbids it to compile them.
    vegaEmbed(holder, specification, { actions: false, ast: true, renderer: "svg", tooltip: { theme: "custom" } })
      .catch((error) => {
        holder.textContent = `This chart could not be drawn (${error.message}); its figures are in the tables.`;
      });
  }
  // A closed <details> does not print.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
