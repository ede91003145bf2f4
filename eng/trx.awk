# Reads one TRX report and writes a line for each test: OUTCOME <tab> NAME <tab> REASON.
# OUTCOME is passed, failed or skipped; REASON is what a skipped test said.
function text(s) {
  gsub(/&quot;/, "\"", s); gsub(/&apos;/, "'", s); gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&amp;/, "\\&", s)
  return s
}
function attribute(line, name,    start, rest) {
  start = index(line, " " name "=\"")
  if (!start) return ""
  rest = substr(line, start + length(name) + 3)
  return text(substr(rest, 1, index(rest, "\"") - 1))
}
function flush() {
  if (outcome != "") print outcome "\t" name "\t" reason
  outcome = ""
}
/<UnitTestResult / {
  flush()
  name = attribute($0, "testName"); reason = ""
  outcome = attribute($0, "outcome")
  outcome = outcome == "Passed" ? "passed" : outcome == "NotExecuted" ? "skipped" : "failed"
}
outcome == "skipped" && /<(StdOut|Message)>/ && reason == "" {
  reason = $0
  sub(/.*<(StdOut|Message)>/, "", reason); sub(/<\/.*/, "", reason)
  reason = text(reason)
}
/<\/Results>/ { flush() }
END { flush() }
