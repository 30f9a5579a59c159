// Which header is which column: shows what stands under the header chosen, and a field for a fixed value only then.
const form = document.querySelector("form[data-mapping]");

function follow(select, samples) {
  const fixed = select.parentElement.querySelector("[data-fixed]");
  fixed.hidden = select.value !== "=";
  const row = select.closest("tr");
  if (row.querySelector("[data-source]") !== select) return;
  row.querySelector("[data-sample]").textContent = (samples[select.value] ?? []).join(" · ");
}

if (form) {
  const samples = JSON.parse(document.getElementById("samples").textContent);
  form.querySelectorAll("[data-source]").forEach((select) => follow(select, samples));
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-source]")) follow(event.target, samples);
  });
}
