(function () {
  var table = document.getElementById("requests");
  if (!table || !window.EventSource) return;
  var body = table.tBodies[0], most = Number(table.dataset.max), all = table.dataset.all === "yes";
  var source = new EventSource("/control/requests?after=" + table.dataset.after + table.dataset.query);
  function cell(row, text, kind, tip) {
    var td = row.insertCell();
    td.textContent = text;
    if (kind) td.className = kind;
    if (tip) td.title = tip;
    return td;
  }
  source.onmessage = function (event) {
    var r = JSON.parse(event.data), row = body.insertRow(0), status = document.createElement("span");
    cell(row, new Date(r.time).toTimeString().slice(0, 8), "nw dim");
    cell(row, r.method);
    cell(row, r.path, "clip", r.path);
    cell(row, r.who, "nw mid");
    status.textContent = r.status || "cut";
    status.className = r.status === 429 ? "s429" : "s" + Math.floor(r.status / 100);
    cell(row, "").appendChild(status);
    cell(row, r.ms.toFixed(1), "n");
    if (all) {
      var code = document.createElement("code");
      code.textContent = r.request_id.slice(0, 8);
      code.title = r.request_id;
      cell(row, "", "mid").appendChild(code);
    }
    while (body.rows.length > most) body.deleteRow(-1);
    var empty = table.parentNode.nextElementSibling;
    if (empty && empty.className === "empty") empty.hidden = true;
  };
})();
