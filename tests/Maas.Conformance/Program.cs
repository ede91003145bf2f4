// Shows whether a server does what MAAS's clients need. See docs/how-to/conformance.md.
using System.CommandLine;
using System.Globalization;
using Maas.Conformance;

var (url, key) = (
    new Option<Uri>("--url") { Required = true, Description = "The server, such as http://127.0.0.1:5240/MAAS" },
    new Option<string>("--key") { Description = "An administrator's API key; read from MAAS_API_KEY by default" });
var (filter, destructive, list) = (
    new Option<string>("--filter") { Description = "Only cases whose name has this text" },
    new Option<bool>("--destructive") { Description = "Also cases that create, change and delete objects on the server" },
    new Option<bool>("--list") { Description = "Show the names of the cases, and send nothing" });

var root = new RootCommand("Shows whether a server does what MAAS's clients need") { url, key, filter, destructive, list };
root.SetAction(async given =>
{
    var cases = ConformanceCase.All
        .Where(each => each.Name.Contains(given.GetValue(filter) ?? "", StringComparison.OrdinalIgnoreCase))
        .ToList();
    if (given.GetValue(list))
    {
        foreach (var each in cases) Console.WriteLine(each.Changes ? $"{each.Name}  (--destructive)" : each.Name);
        return 0;
    }

    if ((given.GetValue(key) ?? Environment.GetEnvironmentVariable("MAAS_API_KEY")) is not { Length: > 0 } text)
    {
        Console.Error.WriteLine("Maas.Conformance: --key or MAAS_API_KEY is needed");
        return 2;
    }

    using var server = new Server(given.GetRequiredValue(url), ApiKeyParts.Parse(text));
    var (passed, failed, skipped) = (0, 0, 0);
    foreach (var each in cases)
    {
        if (each.Changes && !given.GetValue(destructive))
        {
            skipped++;
            continue;
        }

        var result = await CaseResult.OfAsync(each, server);
        if (result.NotApplicable is not null) skipped++;
        else if (result.Failure is null) passed++;
        else failed++;
        var verdict = result.NotApplicable is not null ? "skipped" : result.Failure is null ? "passed" : "FAILED";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verdict} {each.Name} ({result.Elapsed.TotalMilliseconds:0} ms)"));
        if ((result.Failure ?? result.NotApplicable) is { } reason) Console.WriteLine($"       {reason}");
    }

    await server.CleanAsync();
    if (!given.GetValue(destructive)) Console.WriteLine("cases that change the server were left out (--destructive)");
    Console.WriteLine($"{passed} passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : "")}");
    return failed == 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync();
