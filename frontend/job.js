// Following long work: what is being done is said once when it changes, not every second.
document.addEventListener("htmx:afterSwap", (event) => {
  const said = event.target.querySelector?.("[data-said]")?.dataset.said;
  const heard = document.getElementById("job-said");
  if (said && heard && heard.textContent !== said) heard.textContent = said;
});
