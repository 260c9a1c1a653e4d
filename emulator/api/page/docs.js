// Draws the admin API's documentation from /openapi.json, and lets one try a request.

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null));
  return made;
};

const nameOf = (schema) => schema.$ref.split("/").pop();

function shape(schema) {
  if (!schema) return "";
  if (schema.$ref) {
    const name = nameOf(schema);
    return element("a", { href: `#schema-${name}` }, name);
  }
  if (schema.anyOf) {
    return element("span", {}, schema.anyOf.flatMap((each, index) =>
      index ? [" or ", shape(each)] : [shape(each)]));
  }
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(", ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return element("span", {}, "list of ", shape(schema.items));
  if (schema.additionalProperties && schema.additionalProperties !== true && !schema.properties) {
    return element("span", {}, "mapping to ", shape(schema.additionalProperties));
  }
  return schema.type ?? "anything";
}

function limits(schema) {
  const told = [];
  if (schema.default !== undefined && schema.default !== null) {
    told.push(`default ${JSON.stringify(schema.default)}`);
  }
  if (schema.minimum !== undefined) told.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined) told.push(`at most ${schema.maximum}`);
  return told.join(", ");
}

const table = (heads, rows) => element("table", {},
  element("thead", {}, element("tr", {}, heads.map((head) => element("th", {}, head)))),
  element("tbody", {}, rows.map((row) =>
    element("tr", {}, row.map((cell) => element("td", {}, cell ?? ""))))));

function parameters(operation) {
  if (!operation.parameters) return null;
  const rows = operation.parameters.map((each) => [
    element("code", {}, each.name),
    each.in,
    shape(each.schema),
    [each.description ?? "", limits(each.schema)].filter(Boolean).join(" ; "),
  ]);
  return element("div", {}, element("h3", {}, "Parameters"),
    table(["name", "in", "type", "meaning"], rows));
}

function answers(operation) {
  const rows = Object.entries(operation.responses).map(([status, answer]) => [
    status,
    answer.description,
    Object.entries(answer.content ?? {}).flatMap(([kind, { schema }], index) =>
      [index ? element("br") : "", element("span", { class: "faint" }, kind), " ", shape(schema)]),
  ]);
  return element("div", {}, element("h3", {}, "Answers"), table(["status", "meaning", "body"], rows));
}

function trial(path, method, operation) {
  const fields = (operation.parameters ?? []).map((each) => [each, element("input", {
    "aria-label": each.name, placeholder: each.name,
  })]);
  const body = operation.requestBody
    ? element("textarea", { "aria-label": "body", spellcheck: "false" }, "{}") : null;
  const shown = element("pre", { hidden: "", "aria-live": "polite" });
  const send = async () => {
    let url = path;
    const query = new URLSearchParams();
    for (const [each, input] of fields) {
      if (each.in === "path") url = url.replace(`{${each.name}}`, encodeURIComponent(input.value));
      else if (input.value) query.set(each.name, input.value);
    }
    if (query.size) url += `?${query}`;
    shown.hidden = false;
    shown.textContent = "…";
    try {
      const asked = { method: method.toUpperCase(), headers: {} };
      if (body) {
        asked.body = body.value;
        asked.headers["Content-Type"] = "application/json";
      }
      const response = await fetch(url, asked);
      const text = await response.text();
      let pretty = text;
      try { pretty = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON */ }
      shown.textContent = `${response.status} ${response.statusText}\n\n${pretty}`;
    } catch (error) {
      shown.textContent = String(error);
    }
  };
  if (operation.operationId === "followEvents") return null;
  return element("div", {}, element("h3", {}, "Try it"),
    element("p", {}, fields.map(([, input]) => input)), body,
    element("p", {}, element("button", { type: "button", onclick: send }, "Send")), shown);
}

function operationEntry(path, method, operation) {
  const taken = operation.requestBody?.content?.["application/json"]?.schema;
  return element("details", { id: operation.operationId },
    element("summary", {},
      element("span", { class: "method" }, method.toUpperCase()),
      element("span", { class: "path" }, path),
      element("span", { class: "told" }, operation.summary)),
    element("div", {},
      element("p", {}, operation.description),
      parameters(operation),
      taken ? element("p", {}, "Body: ", shape(taken)) : null,
      answers(operation),
      trial(path, method, operation)));
}

function schemaEntry(name, schema) {
  const rows = Object.entries(schema.properties ?? {}).map(([field, described]) => [
    element("code", {}, field),
    shape(described),
    (schema.required ?? []).includes(field) ? "required" : "",
    [described.description ?? "", limits(described)].filter(Boolean).join(" ; "),
  ]);
  return element("section", { id: `schema-${name}` },
    element("h3", {}, name),
    element("p", {}, schema.description ?? ""),
    rows.length ? table(["field", "type", "", "meaning"], rows) : element("p", {}, shape(schema)));
}

function draw(api) {
  document.getElementById("title").textContent = api.info.title;
  document.getElementById("about").textContent = api.info.description;
  document.getElementById("version").textContent = `version ${api.info.version}`;
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const main = document.getElementById("main");
  main.replaceChildren();
  for (const tag of api.tags) {
    main.append(element("h2", { id: `tag-${tag.name}` }, tag.description));
    for (const { path, method, operation } of operations) {
      if (operation.tags.includes(tag.name)) main.append(operationEntry(path, method, operation));
    }
  }
  main.append(element("h2", { id: "problems" }, "Kinds of problem"));
  main.append(table(["type", "title"], Object.entries(api["x-problems"]).map(([kind, title]) =>
    [element("code", { id: kind }, `/docs#${kind}`), title])));
  main.append(element("h2", { id: "schemas" }, "Values"));
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    main.append(schemaEntry(name, schema));
  }
  document.getElementById("contents").append(element("ul", {}, operations.map(
    ({ path, method, operation }) => element("li", {},
      element("a", { href: `#${operation.operationId}`, onclick: () => {
        document.getElementById(operation.operationId).open = true;
      } }, `${method.toUpperCase()} ${path}`)))));
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (wanted) {
    if (wanted.tagName === "DETAILS") wanted.open = true;
    wanted.scrollIntoView();
  }
}

try {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  draw(await response.json());
} catch (error) {
  document.getElementById("main").textContent = `openapi.json can't be read: ${error.message}`;
}
