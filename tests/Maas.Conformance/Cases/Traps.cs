using System.Text;
using System.Text.Json;

namespace Maas.Conformance.Cases;

/// <summary>The traps that break real clients: encodings, headers and forms that other servers get wrong.</summary>
public static class Traps
{
    private const string Boundary = "===============4191195046299244593==";

    [Case(Changes = true)]
    public static async Task T01_multipart_parts_in_base64_are_decoded(Server server)
    {
        var id = (await server.NewMachineAsync()).Text("system_id");
        var body = Part("description", Convert.ToBase64String("räck 7"u8)) + Part("memory", "MjA0OA==") + $"--{Boundary}--\r\n";

        var changed = (await server.SendAsync("PUT", $"machines/{id}/", server.Admin.Sign(), Multipart(body))).Expect(200).Json;

        Check.Equal("räck 7", changed.Text("description"));
        Check.Equal(2048L, changed.Integer("memory"));
    }

    [Case(Changes = true)]
    public static async Task T02_a_multipart_body_without_parts_is_an_empty_form(Server server)
    {
        var id = (await server.NewMachineAsync()).Text("system_id");
        const string Empty = $"--{Boundary}\r\n\r\n--{Boundary}--";
        foreach (var body in new[] { Empty, $"--{Boundary}--\r\n", $"--{Boundary}--" })
        {
            (await server.SendAsync("POST", $"machines/{id}/?op=lock", server.Admin.Sign(), Multipart(body))).Expect(200);
            (await server.SendAsync("POST", $"machines/{id}/?op=unlock", server.Admin.Sign(), Multipart(body))).Expect(200);
        }

        (await server.SendAsync("DELETE", $"machines/{id}/", server.Admin.Sign(), Multipart(Empty))).Expect(204);
    }

    [Case(Changes = true)]
    public static async Task T03_a_quoted_boundary_with_equal_signs_is_taken_as_it_is(Server server)
    {
        var id = (await server.NewMachineAsync()).Text("system_id");
        var body = $"--{Boundary}\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nx\r\n--{Boundary}--\r\n";

        var changed = (await server.SendAsync("PUT", $"machines/{id}/", server.Admin.Sign(), Multipart(body))).Expect(200).Json;

        Check.Equal("x", changed.Text("description"));
    }

    [Case(Changes = true)]
    public static async Task T04_op_may_be_in_the_query_in_the_body_and_at_the_end_of_the_path(Server server)
    {
        var id = (await server.NewMachineAsync()).Text("system_id");

        Check.Equal(JsonValueKind.True, (await server.PostAsync($"machines/{id}/?op=lock")).Expect(200).Json.Member("locked").ValueKind);
        Check.Equal(
            JsonValueKind.False, (await server.PostAsync($"machines/{id}/", ("op", "unlock"))).Expect(200).Json.Member("locked").ValueKind);
        Check.Equal(JsonValueKind.True, (await server.PostAsync($"machines/{id}/op-lock")).Expect(200).Json.Member("locked").ValueKind);
        var body = $"--B\r\nContent-Disposition: form-data; name=\"op\"\r\n\r\nunlock\r\n--B--\r\n";
        var unlocked = await server.SendAsync(
            "POST", $"machines/{id}/", server.Admin.Sign(), Server.Raw("multipart/form-data; boundary=B", body));
        Check.Equal(JsonValueKind.False, unlocked.Expect(200).Json.Member("locked").ValueKind);
    }

    [Case(Changes = true)]
    public static async Task T04_an_empty_op_is_no_op(Server server)
    {
        var machine = (await server.PostAsync(
            "machines/?op=",
            ("architecture", "amd64"),
            ("mac_addresses", server.NewMac()),
            ("power_type", "manual"),
            ("commission", "false"))).Expect(200).Json;
        server.DeleteAtEnd($"machines/{machine.Text("system_id")}/");

        (await server.GetAsync("machines/?op=")).Expect(200).Json.List();
    }

    [Case]
    public static async Task T05_describe_is_application_json_without_a_charset(Server server)
    {
        var answer = (await server.SendAsync("GET", "describe/", null)).Expect(200);

        Check.Equal("application/json", answer.ContentType);
        Check.That(answer.Json.List("resources").Count > 20);
    }

    [Case(Changes = true)]
    public static async Task T06_a_204_has_a_content_type_that_is_not_JSON(Server server)
    {
        var id = (await server.NewMachineAsync()).Text("system_id");

        var answer = (await server.DeleteAsync($"machines/{id}/")).Expect(204);

        answer.ExpectText(204, "");
    }

    [Case]
    public static async Task T06_every_answer_has_a_content_type(Server server)
    {
        foreach (var (method, path) in new[]
        {
            ("GET", "machines/"), ("GET", "machines/nosuch/"), ("GET", "nothing/"), ("PUT", "version/"), ("POST", "machines/?op=nothing"),
            ("GET", "users/?op=whoami"), ("GET", "maas/?op=get_config&name=maas_name"),
        })
        {
            var answer = await server.SendAsync(method, path, server.Admin.Sign());
            Check.That(answer.ContentType is { Length: > 0 }, $"{answer.Request}: no Content-Type");
        }
    }

    [Case]
    public static async Task T07_describe_declares_the_arguments_of_every_action_that_clients_give_arguments(Server server)
    {
        var describe = (await server.SendAsync("GET", "describe/", null)).Json;
        foreach (var (handler, action, argument) in new[]
        {
            ("MachinesHandler", "create", "mac_addresses"), ("MachinesHandler", "allocate", "mem"),
            ("MachineHandler", "deploy", "user_data"), ("MachineHandler", "release", "erase"),
            ("TagHandler", "update_nodes", "add"), ("MaasHandler", "set_config", "value"),
            ("SSHKeysHandler", "create", "key"), ("BootResourcesHandler", "create", "sha256"), ("EventsHandler", "query", "level"),
        })
        {
            var doc = Action(describe, handler, action).Text("doc");
            var rest = doc[(doc.IndexOf("\n\n", StringComparison.Ordinal) + 1)..];
            Check.That(rest.Contains(":param", StringComparison.Ordinal), $"{handler}.{action} declares arguments");
            Check.That(rest.Contains(argument, StringComparison.Ordinal), $"{handler}.{action} declares {argument}");
        }
    }

    [Case]
    public static async Task T08_the_paths_of_describe_are_absolute_with_the_prefix(Server server)
    {
        var describe = (await server.SendAsync("GET", "describe/", null)).Json;

        foreach (var handler in Handlers(describe))
        {
            var path = handler.Text("path");
            Check.That(
                path.StartsWith($"{server.Prefix}/api/2.0/", StringComparison.Ordinal), $"{path} begins with {server.Prefix}/api/2.0/");
            foreach (var parameter in handler.List("params"))
                Check.That(path.Contains($"{{{parameter.GetString()}}}", StringComparison.Ordinal), $"{path} has {parameter}");
        }
    }

    [Case]
    public static async Task T09_the_hash_of_the_API_is_that_of_describe(Server server)
    {
        var described = (await server.SendAsync("GET", "describe/", null)).Json.Text("hash");

        var answer = await server.GetAsync("users/?op=whoami");

        if (answer.Headers.TryGetValues("X-MAAS-API-Hash", out var values)) Check.Equal(described, values.Single());
    }

    [Case]
    public static async Task T10_paths_without_a_slash_at_the_end_are_served(Server server)
    {
        (await server.GetAsync("scripts/no-such-script")).Expect(404);
        (await server.GetAsync("license-key/windows/no-such-series")).Expect(404);
        Check.That(
            !(await server.GetAsync("scripts/no-such-script")).Text.Contains("Unknown API endpoint", StringComparison.Ordinal),
            "scripts/NAME is a path of the API");
    }

    [Case(Changes = true)]
    public static async Task T11_no_free_machine_is_409_without_Retry_After(Server server)
    {
        var answer = (await server.PostAsync("machines/?op=allocate", ("name", server.NewName("nosuch")))).Expect(409);

        Check.That(answer.Headers.RetryAfter is null, "Retry-After would make gomaasapi ask again");
        Check.That(answer.Text.Length > 0);
    }

    [Case(Changes = true)]
    public static async Task T12_a_resource_uri_is_an_absolute_path_that_can_be_read_and_posted_to(Server server)
    {
        var machine = await server.NewMachineAsync();
        var uri = machine.Text("resource_uri");

        Check.Equal($"{server.Prefix}/api/2.0/machines/{machine.Text("system_id")}/", uri);
        Check.Equal(machine.Text("system_id"), (await server.GetAsync(uri)).Expect(200).Json.Text("system_id"));
        (await server.PostAsync(uri + "?op=set_owner_data", ("x", "y"))).Expect(200, 409);
    }

    [Case]
    public static async Task T13_errors_are_plain_text_and_errors_of_fields_are_JSON(Server server)
    {
        (await server.GetAsync("machines/nosuch/")).ExpectText(404, "No Machine matches the given query.");
        (await server.PostAsync("machines/", ("architecture", "amd64"), ("mac_addresses", "nonsense"), ("power_type", "manual")))
            .ExpectFieldError("mac_addresses");
    }

    [Case]
    public static async Task T14_the_parameters_of_the_OAuth_header_may_be_in_any_order_with_any_realm(Server server)
    {
        var key = server.Admin;
        foreach (var header in new[]
        {
            key.Sign(), key.Sign(reversed: true), key.Sign(prefix: "OAuth realm=\"OAuth\", "),
            key.Sign(prefix: "OAuth realm=\"MAAS+API\", "), key.Sign(prefix: "OAuth realm=\"\", "),
            key.Sign().Replace(", ", ",", StringComparison.Ordinal),
        })
            (await server.SendAsync("GET", "users/?op=whoami", header)).Expect(200);
    }

    [Case]
    public static async Task T14_a_signature_by_HMAC_SHA1_is_valid_and_a_wrong_one_is_401(Server server)
    {
        var uri = server.AddressOf("users/?op=whoami");

        (await server.SendAsync("GET", "users/?op=whoami", server.Admin.SignByHmac("GET", uri))).Expect(200);
        (await server.SendAsync("GET", "users/?op=whoami", server.Admin.SignByHmac("POST", uri))).Expect(401);
    }

    [Case]
    public static async Task T15_bad_credentials_are_401_with_a_Date(Server server)
    {
        foreach (var header in new[] { null, (server.Admin with { Secret = "wrong" }).Sign(), new ApiKeyParts("a", "b", "c").Sign() })
        {
            var answer = (await server.SendAsync("GET", "users/?op=whoami", header)).Expect(401);
            Check.That(answer.Headers.Date is not null, "cloud-init corrects its clock with the Date");
            Check.That(answer.Headers.WwwAuthenticate.Count > 0, "401 has WWW-Authenticate");
        }
    }

    [Case]
    public static async Task T16_slashes_may_be_doubled_and_an_escaped_slash_is_part_of_a_name(Server server)
    {
        (await server.SendAsync("GET", $"{server.Prefix}/metadata//enlist//latest/meta-data/instance-id", null)).Expect(200);
        (await server.GetAsync("subnets/192.0.2.0%2F24/")).ExpectText(404, "No Subnet matches the given query.");
        (await server.GetAsync("subnets/192.0.2.0/24/")).ExpectText(404, "No Subnet matches the given query.");
    }

    [Case]
    public static async Task T17_pools_is_another_name_of_resourcepools(Server server) =>
        Check.Equal((await server.GetAsync("resourcepools/")).Expect(200).Text, (await server.GetAsync("pools/")).Expect(200).Text);

    [Case(Changes = true)]
    public static async Task T18_a_machine_has_every_member_with_the_type_that_Go_clients_demand(Server server)
    {
        var machine = await server.ReadyMachineAsync();
        var id = machine.Text("system_id");

        GoSchemas.Machine(machine);
        foreach (var each in (await server.GetAsync($"machines/?id={id}")).Json.List()) GoSchemas.Machine(each);
        foreach (var each in (await server.GetAsync($"nodes/{id}/interfaces/")).Json.List()) GoSchemas.Interface(each);
        foreach (var each in (await server.GetAsync($"nodes/{id}/blockdevices/")).Json.List()) GoSchemas.BlockDevice(each);
    }

    [Case]
    public static async Task T18_shared_objects_have_every_member_with_the_type_that_Go_clients_demand(Server server)
    {
        foreach (var each in (await server.GetAsync("zones/")).Expect(200).Json.List()) GoSchemas.Named(each);
        foreach (var each in (await server.GetAsync("resourcepools/")).Expect(200).Json.List()) GoSchemas.Named(each);
        foreach (var each in (await server.GetAsync("domains/")).Expect(200).Json.List()) GoSchemas.Domain(each);
        foreach (var each in (await server.GetAsync("fabrics/")).Expect(200).Json.List()) GoSchemas.Fabric(each);
        foreach (var each in (await server.GetAsync("spaces/")).Expect(200).Json.List()) GoSchemas.Space(each);
        foreach (var each in (await server.GetAsync("subnets/")).Expect(200).Json.List()) GoSchemas.Subnet(each);
        foreach (var each in (await server.GetAsync("static-routes/")).Expect(200).Json.List()) GoSchemas.StaticRoute(each);
        foreach (var each in (await server.GetAsync("tags/")).Expect(200).Json.List()) GoSchemas.Tag(each);
        foreach (var each in (await server.GetAsync("boot-resources/")).Expect(200).Json.List()) GoSchemas.BootResource(each);
        GoSchemas.Version((await server.GetAsync("version/")).Expect(200).Json);
    }

    [Case]
    public static async Task T19_an_API_version_that_does_not_exist_is_404_or_410(Server server) =>
        (await server.SendAsync("GET", $"{server.Prefix}/api/3.1/version/", null)).Expect(404, 410);

    [Case(Changes = true)]
    public static async Task T20_the_time_of_an_event_has_a_dot_after_the_month(Server server)
    {
        var id = (await server.ReadyMachineAsync()).Text("system_id");

        var created = (await server.GetAsync($"events/?op=query&id={id}&level=DEBUG")).Expect(200).Json.List("events")[0].Text("created");

        Check.That(
            DateTimeOffset.TryParseExact(
                created, "ddd, dd MMM. yyyy HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture, default, out _),
            $"'{created}' is like 'Sun, 22 Nov. 2026 22:21:09'");
    }

    private static JsonElement Action(JsonElement describe, string handler, string action)
    {
        foreach (var each in Handlers(describe).Where(each => each.Text("name") == handler))
            foreach (var candidate in each.List("actions"))
                if (candidate.Text("name") == action) return candidate;
        throw new ConformanceException($"describe has no action {handler}.{action}");
    }

    private static IEnumerable<JsonElement> Handlers(JsonElement describe) =>
        from resource in describe.List("resources")
        from kind in new[] { "auth", "anon" }
        let handler = resource.Member(kind)
        where handler.ValueKind == JsonValueKind.Object
        select handler;

    private static string Part(string name, string base64) => new StringBuilder("--").Append(Boundary)
        .Append("\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=\"").Append(name)
        .Append("\"\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n\r\n")
        .Append(base64).Append("\r\n\r\n").ToString();

    private static HttpContent Multipart(string body) => Server.Raw($"multipart/form-data; boundary=\"{Boundary}\"", body);
}
