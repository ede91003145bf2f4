using System.Net.Http.Headers;
using System.Text;
using CsCheck;
using Maas.Api.Routing;

namespace Maas.Api.Tests.Routing;

/// <summary>Whatever is asked, by whomever, is answered: never by an exception.</summary>
public class HostileRequestTests
{
    private static readonly string[] Values =
    [
        "", "0", "-1", "1", "99999999999999999999", "1e309", "NaN", "true", "null", "[]", "{}", "{\"a\":1}", "../..", "%00", "%", "%2F",
        "a b", "\u00e4\u0000\n\r", "'\"<>&",
        "aaaaaa", "node-00000000-0000-0000-0000-000000000000", "52:54:00:00:00:01", "zz:zz", "amd64", "amd64/generic", "default", "latest",
        "2012-03-01", "OK", "FAILED", "WORKING",
        "current-testing", "ubuntu/noble", "AAAA", "====", "\ud83d\ude00", new('x', 300),
    ];

    private static readonly string[] Names =
    [
        "op", "id", "system_id", "machines", "nodes", "name", "hostname", "domain", "architecture", "mac_addresses", "mac_address",
        "power_type", "power_parameters", "power_parameters_x",
        "user_data", "status", "script_result_id", "exit_status", "error", "level", "limit", "before", "after", "filename", "prefix",
        "key", "token", "token_key", "username", "password", "email",
        "is_superuser", "consumer", "cpu_count", "mem", "memory", "tags", "not_tags", "zone", "pool", "arch", "size", "sha256", "filetype",
        "value", "erase", "dry_run", "add", "remove", "definition", "kernel_opts",
    ];

    private static readonly ApiResource[] Resources = [.. RouteTable.Everything.Resources];

    private static readonly Gen<string> Value = Gen.Int[0, Values.Length - 1].Select(i => Values[i]);

    private static readonly Gen<(string, string)> Field = Gen.Select(Gen.Int[0, Names.Length - 1].Select(i => Names[i]), Value);

    private static readonly Gen<Attempt> Attempts = Gen.Select(
        Gen.Int[0, Resources.Length - 1].Select(i => Resources[i]),
        Gen.Int[0, 9],
        Value.Array[4],
        Field.Array[0, 5],
        Field.Array[0, 2],
        Gen.Int[0, 3],
        Gen.Int[0, 3],
        (resource, action, values, body, query, key, encoding) => new Attempt(resource, action, values, body, query, key, encoding));

    private sealed record Attempt(
        ApiResource Resource,
        int Action,
        string[] Values,
        (string, string)[] Body,
        (string, string)[] Query,
        int Key,
        int Encoding);

    [Fact]
    public async Task A_path_with_repeated_slashes_is_decoded_once()
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.Files.PutAsync("bob", "a%41", "content"u8.ToArray(), ApiHost.Cancellation);

        (await host.GetAsync(host.Bob, "/MAAS/api/2.0//files/a%2541/")).Expect(200);
        (await host.SendAsync("GET", "/MAAS/metadata//%2500/by-token/x/?op=get_preseed")).Code.Should().BeLessThan(500);
    }

    [Fact]
    public async Task No_request_is_answered_with_an_exception()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.UploadImageAsync(1000);

        await Attempts.SampleAsync(async attempt =>
        {
            var action = attempt.Resource.Actions[attempt.Action % attempt.Resource.Actions.Length];
            attempt = attempt with { Body = Declared(action, attempt.Body), Query = Declared(action, attempt.Query) };
            var path = "/MAAS/" + attempt.Resource.Path.Replace("*}", "}", StringComparison.Ordinal);
            foreach (var (parameter, value) in attempt.Resource.Parameters.Zip(attempt.Values))
                path = path.Replace(
                    $"{{{parameter}}}",
                    parameter == "system_id" && value.Length < 3 ? machine.Id.ToString() : Uri.EscapeDataString(value),
                    StringComparison.Ordinal);
            var query = attempt.Query.Append(("op", action.Op ?? "")).Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2)}");
            var authorization = attempt.Key switch
            {
                0 => null,
                // it may be deleted by now
                1 => await host.Core.MachineTokens.GetOrCreateAsync(machine.Id, ApiHost.Cancellation) is { } token
                    ? host.Sign(token) : null,
                2 => host.Sign(host.Bob),
                _ => host.Sign(host.Admin),
            };

            var reply = await host.SendAsync(
                action.Method, $"{path}?{string.Join('&', query)}", authorization, action.Method == "GET" ? null : Content(attempt));

            reply.Code.Should().BeLessThan(
                500, "{0} {1} with {2} was answered: {3}", action.Method, path, string.Join(", ", attempt.Body), reply.Text);
            // Kestrel itself refuses a path with %00 in it, without words.
            if (reply.Headers.Contains("X-Content-Type-Options")) reply.ContentType.Should().NotBeNull();
        }, iter: 1500, threads: 1);
    }

    /// <summary>
    /// Most of the fields under names that the action declares: a request with another name goes no further than that name.
    /// </summary>
    private static (string, string)[] Declared(ApiAction action, (string Name, string Value)[] fields)
    {
        List<string> names =
        [
            .. action.Arguments.Select(argument => argument.Name),
            .. action.AlsoTakes.Select(name => name.Replace("*", "x", StringComparison.Ordinal))
        ];
        return [.. fields.Select((field, i) =>
            names.Count == 0 || field.Name == "op" || field.Value.Length % 5 == 4 ? field
                : (names[(i + field.Name.Length) % names.Count], field.Value))];
    }

    private static HttpContent Content(Attempt attempt)
    {
        switch (attempt.Encoding)
        {
            case 0:
                return ApiHost.Form(attempt.Body);
            case 1:
                var form = new MultipartFormDataContent("b");
                foreach (var (name, value) in attempt.Body) form.Add(new StringContent(value), name);
                return form;
            case 2:
                var files = new MultipartFormDataContent("b");
                foreach (var (name, value) in attempt.Body) files.Add(new StringContent(value), name, name);
                return files;
            default:
                var raw = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Concat(attempt.Body)));
                raw.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
                return raw;
        }
    }
}
