using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Maas.Core.Events;

namespace Maas.Api.Tests;

/// <summary>
/// Requests and responses on which real clients depend. The numbers are those of MAAS's wire reference, section 0.
/// </summary>
public partial class TrapTests
{
    private const string Boundary = "===============4191195046299244593==";

    [Fact]
    public async Task Trap_01_base64_parts_of_a_multipart_body_are_decoded()
    {
        await using var host = await ApiHost.StartAsync();
        var body = Multipart($"""
            --{Boundary}
            Content-Transfer-Encoding: base64
            Content-Disposition: form-data; name="name"
            MIME-Version: 1.0
            Content-Type: text/plain; charset="utf-8"

            c3Nk

            --{Boundary}--

            """);

        (await host.SendAsync("POST", "tags/", host.Sign(host.Admin), body)).Expect(200).Json.GetProperty("name")
            .GetString()
            .Should()
            .Be("ssd");
    }

    [Theory]
    [InlineData("\"" + Boundary + "\"")]
    [InlineData("\"a=b=c\"")]
    [InlineData("kXqPzWbTfLmRcVsNhGyJdAeUoIwBnMx")]
    public async Task Trap_03_a_boundary_may_be_quoted_and_have_equals_signs(string boundary)
    {
        await using var host = await ApiHost.StartAsync();
        var delimiter = "--" + boundary.Trim('"');
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(
            $"{delimiter}\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nssd\r\n{delimiter}--\r\n"));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=" + boundary);

        (await host.SendAsync("POST", "tags/", host.Sign(host.Admin), content)).Expect(200).Json.GetProperty("name").GetString().Should()
            .Be("ssd");
    }

    [Fact]
    public async Task Trap_02_an_empty_multipart_body_with_a_DELETE_is_no_error()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"))).Expect(200);

        (await host.SendAsync("DELETE", "tags/ssd/", host.Sign(host.Admin), Multipart($"--{Boundary}\n\n--{Boundary}--"))).Expect(204);
    }

    [Theory]
    [InlineData("machines/?op=accept_all", null)]
    [InlineData("machines/", "accept_all")]
    [InlineData("machines/op-accept_all", null)]
    [InlineData("machines/?op=", "accept_all")]
    public async Task Trap_04_op_is_read_from_the_query_the_body_and_the_path(string path, string? inBody)
    {
        await using var host = await ApiHost.StartAsync();

        var reply = await host.SendAsync("POST", path, host.Sign(host.Admin), inBody is null ? null : ApiHost.Form(("op", inBody)));

        reply.Expect(200).Json.ValueKind.Should().Be(JsonValueKind.Array);
    }

    [Fact]
    public async Task Trap_04_an_empty_op_means_none()
    {
        await using var host = await ApiHost.StartAsync();

        var reply = await host.PostAsync(
            host.Admin, "machines/?op=", ("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:01"), ("commission", "false"));

        reply.Expect(200).Json.GetProperty("status_name").GetString().Should().Be("New");
    }

    [Fact]
    public async Task Trap_05_describe_is_exactly_application_json()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.SendAsync("GET", "describe/")).Expect(200).ContentType.Should().Be("application/json");
    }

    [Fact]
    public async Task Trap_06_a_204_has_a_content_type_and_it_is_not_JSON()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"))).Expect(200);

        (await host.DeleteAsync(host.Admin, "tags/ssd/")).Expect(204).ContentType.Should().Be("text/plain");
    }

    [Fact]
    public async Task Trap_07_every_argument_an_action_takes_is_documented_where_the_command_looks_for_it()
    {
        await using var host = await ApiHost.StartAsync();
        var described = (await host.SendAsync("GET", "describe/")).Json;

        var allocate =
            Actions(described, "MachinesHandler")
                .Single(action => action.GetProperty("op").GetString() == "allocate")
                .GetProperty("doc")
                .GetString()!;
        var afterFirstParagraph = allocate[allocate.IndexOf("\n\n", StringComparison.Ordinal)..];
        afterFirstParagraph.Should().ContainAll(":param name:", ":param mem:", ":param tags:");

        // A doc with arguments has them after the first paragraph, each on its own line.
        foreach (var doc in described.GetProperty("resources")
            .EnumerateArray()
            .SelectMany(each => Actions(each.GetProperty("auth")))
            .Select(action => action.GetProperty("doc").GetString()!))
        {
            if (!doc.Contains(":param", StringComparison.Ordinal)) continue;
            doc.Split("\n\n", 2)[0].Should().NotContain(":param");
            doc.Split('\n')
                .Where(line => line.Contains(":param", StringComparison.Ordinal))
                .Should()
                .OnlyContain(line => line.StartsWith(":param ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Trap_08_describe_names_absolute_paths_with_the_mount_point()
    {
        await using var host = await ApiHost.StartAsync(prefix: "/metal/MAAS");

        var described = (await host.SendAsync("GET", "/metal/MAAS/api/2.0/describe/")).Expect(200).Json;

        var machine = described.GetProperty("resources")
            .EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "MachineHandler")
            .GetProperty("auth");
        machine.GetProperty("path").GetString().Should().Be("/metal/MAAS/api/2.0/machines/{system_id}/");
        machine.GetProperty("params").EnumerateArray().Select(each => each.GetString()).Should().Equal("system_id");
    }

    [Fact]
    public async Task Trap_09_the_API_hash_that_is_sent_is_the_described_one_below_every_prefix()
    {
        foreach (var prefix in (string[])["/MAAS", "/metal/MAAS"])
        {
            await using var host = await ApiHost.StartAsync(prefix: prefix);
            var described = (await host.SendAsync("GET", $"{prefix}/api/2.0/describe/")).Expect(200);

            var hash = described.Json.GetProperty("hash").GetString();

            hash.Should().HaveLength(64);
            foreach (var reply in new[] { described, await host.GetAsync(host.Bob, $"{prefix}/api/2.0/machines/") })
                reply.Headers.GetValues("X-MAAS-API-Hash").Should().Equal(hash);
            (await host.SendAsync("GET", $"{prefix}/api/1.0/version/")).Headers.Contains("X-MAAS-API-Hash").Should().BeFalse();
        }
    }

    [Theory]
    [InlineData("machines/")]
    [InlineData("machines")]
    public async Task Trap_10_a_trailing_slash_makes_no_difference(string path)
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Bob, path)).Expect(200);
    }

    [Fact]
    public async Task Trap_11_no_machine_is_409_without_Retry_After()
    {
        await using var host = await ApiHost.StartAsync();

        var reply = (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(409);

        reply.Headers.RetryAfter.Should().BeNull();
        reply.Text.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Trap_12_each_resource_uri_is_a_path_that_returns_the_same_object()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();
        var machine = (await host.GetAsync(host.Admin, "machines/")).Json[0];

        machine.GetProperty("resource_uri").GetString().Should().MatchRegex("^/MAAS/api/2.0/machines/[a-z0-9]{6}/$");
        foreach (var each in new[]
        {
            machine,
            machine.GetProperty("zone"),
            machine.GetProperty("pool"),
            machine.GetProperty("domain"),
            machine.GetProperty("boot_interface"),
            machine.GetProperty("boot_interface").GetProperty("vlan")
        }
            .Concat(machine.GetProperty("blockdevice_set").EnumerateArray()))
        {
            var read = (await host.GetAsync(host.Admin, each.GetProperty("resource_uri").GetString()!)).Expect(200).Json;
            JsonElement.DeepEquals(read, each).Should().BeTrue("{0} is {1}", read, each);
        }
    }

    [Fact]
    public async Task Trap_13_errors_are_plain_text_and_form_errors_an_object_of_lists()
    {
        await using var host = await ApiHost.StartAsync();

        var missing = (await host.GetAsync(host.Bob, "machines/aaaaaa/")).Expect(404);
        missing.ContentType.Should().StartWith("text/plain");
        missing.Text.Should().Be("No Machine matches the given query.");

        var form = (await host.PostAsync(host.Admin, "machines/", ("architecture", "amd64"), ("mac_addresses", "no"))).Expect(400);
        form.ContentType.Should().Be("application/json");
        form.Json.GetProperty("mac_addresses")[0].GetString().Should().Contain("'no'");
    }

    [Theory]
    [InlineData("OAuth {1}, {2}, {3}, {4}, {5}, {6}, {0}")]
    [InlineData("OAuth realm=\"OAuth\", {0}, {1}, {2}, {3}, {4}, {5}, {6}")]
    [InlineData("OAuth realm=\"MAAS+API\", {6}, {5}, {4}, {3}, {2}, {1}, {0}")]
    [InlineData("OAuth realm=\"\",{3},{0},{5},{1},{6},{2},{4}")]
    public async Task Trap_14_an_OAuth_header_is_read_in_any_order_with_any_realm(string order)
    {
        await using var host = await ApiHost.StartAsync();
        var parts = host.Sign(host.Bob)["OAuth ".Length..].Split(", ");
        var header = order;
        for (var i = 0; i < parts.Length; i++) header = header.Replace($"{{{i}}}", parts[i], StringComparison.Ordinal);

        parts.Should().HaveCount(7);
        (await host.SendAsync("GET", "users/?op=whoami", header)).Expect(200);
    }

    [Fact]
    public async Task Trap_15_wrong_credentials_are_401_with_the_servers_Date()
    {
        await using var host = await ApiHost.StartAsync();
        var forged = host.Sign(host.Bob.ConsumerKey, host.Bob.TokenKey, new("guess"), null, null);

        foreach (var path in (string[])["users/?op=whoami", "/MAAS/metadata/2012-03-01/meta-data/instance-id"])
        {
            var reply = (await host.SendAsync("GET", path, forged)).Expect(401);

            reply.Headers.Date.Should().NotBeNull();
            reply.Headers.WwwAuthenticate.Should().ContainSingle().Which.Scheme.Should().Be("OAuth");
        }
    }

    [Fact]
    public async Task Trap_16_doubled_slashes_and_escaped_ones_are_taken_for_what_they_mean()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        (await host.GetAsync(await host.TokenAsync(machine), "/MAAS/metadata//2012-03-01/meta-data/instance-id")).Expect(200).Text.Should()
            .Be(machine.Id.ToString());
        (await host.GetAsync(host.Bob, "subnets/10.0.0.0%2F24/")).Expect(404).Text.Should().Be("No Subnet matches the given query.");
    }

    [Theory]
    [InlineData("pools/")]
    [InlineData("resourcepools/")]
    public async Task Trap_17_pools_are_found_under_either_name(string path)
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Bob, path)).Expect(200).Json[0].GetProperty("name").GetString().Should().Be("default");
    }

    [Fact]
    public async Task Trap_18_a_machine_has_the_types_Go_wants_even_when_nothing_is_known_of_it()
    {
        await using var host = await ApiHost.StartAsync();
        await host.EnlistAsync();
        var machine = (await host.GetAsync(host.Admin, "machines/")).Json[0];

        foreach (var list in new[] { "tag_names", "ip_addresses", "interface_set", "physicalblockdevice_set", "blockdevice_set" })
            machine.GetProperty(list).ValueKind.Should().Be(JsonValueKind.Array, list);
        foreach (var text in new[]
        {
            "resource_uri", "system_id", "hostname", "fqdn", "osystem", "distro_series", "power_state", "status_name"
        })
            machine.GetProperty(text).ValueKind.Should().Be(JsonValueKind.String, text);
        foreach (var number in new[] { "memory", "cpu_count", "status" })
            machine.GetProperty(number).TryGetInt32(out _).Should().BeTrue(number);
        foreach (var each in new[] { "owner_data", "hardware_info", "zone", "pool", "boot_interface" })
            machine.GetProperty(each).ValueKind.Should().Be(JsonValueKind.Object, each);
        machine.GetProperty("hardware_info").EnumerateObject().Should().OnlyContain(each => each.Value.ValueKind == JsonValueKind.String);
    }

    [Fact]
    public async Task Trap_19_both_versions_of_the_API_answer_for_themselves()
    {
        await using var host = await ApiHost.StartAsync();

        foreach (var path in new[] { "/MAAS/api/2.0/version/", "/MAAS/api/1.0/version/" })
        {
            var version = (await host.SendAsync("GET", path)).Expect(200).Json;
            version.GetProperty("version").GetString().Should().MatchRegex(@"^\d+\.\d+\.\d+$");
            version.GetProperty("subversion").GetString().Should().BeEmpty();
            version.GetProperty("capabilities").EnumerateArray().Select(each => each.GetString()).Should().Contain(
                "network-deployment-ubuntu").And.Contain(
                "authenticate-api");
        }

        (await host.SendAsync("GET", "/MAAS/api/version/")).Expect(200).Text.Should().Be("2.0");
        (await host.SendAsync("GET", "/MAAS/api/3.0/version/")).Expect(404);
    }

    [Fact]
    public async Task Trap_20_an_events_time_has_a_dot_after_the_month()
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.Events.WriteAsync(null, new EventNote(EventLevel.Info, "Test", "something"), ApiHost.Cancellation);

        var created =
            (await host.GetAsync(host.Admin, "events/?op=query")).Json.GetProperty("events")[0].GetProperty("created").GetString()!;

        created.Should().MatchRegex(EventTime());
    }

    [Fact]
    public async Task Criterion_59_unknown_things_are_refused_in_words()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.PostAsync(host.Bob, "machines/?op=foo")).Expect(400).Text.Should().Be("Unrecognised signature: method=POST op=foo");
        (await host.GetAsync(host.Bob, "nonsense/")).Expect(404).Text.Should().Be("Unknown API endpoint: /MAAS/api/2.0/nonsense/.");
        var wrongMethod = (await host.PutAsync(host.Bob, "machines/")).Expect(405);
        wrongMethod.ContentHeaders.Allow.Should().BeEquivalentTo("GET", "POST");
        wrongMethod.ContentType.Should().StartWith("text/plain");
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_413_and_the_anonymous_may_send_less()
    {
        await using var host =
            await ApiHost.StartAsync(configure: options => (options.AnonymousBodyLimit, options.BodyLimit) = (2_000, 20_000));
        FormUrlEncodedContent Long(int length) =>
            ApiHost.Form(("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:01"), ("description", new string('x', length)));

        (await host.SendAsync("POST", "machines/", null, Long(3_000))).Expect(413);
        (await host.SendAsync("POST", "machines/", host.Sign(host.Bob), Long(30_000))).Expect(413);
        (await host.SendAsync("POST", "machines/", host.Sign(host.Bob), new StreamedContent(30_000))).Expect(413);
        (await host.Core.Machines.ListAsync(null, ApiHost.Cancellation)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=\"b\"", "--b\r\nbroken")]
    [InlineData("multipart/form-data", "--b--")]
    public async Task A_broken_body_is_400(string type, string body)
    {
        await using var host = await ApiHost.StartAsync();
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        (await host.SendAsync("POST", "machines/?op=accept_all", host.Sign(host.Admin), content)).Expect(400);
    }

    [Fact]
    public void Every_trap_has_a_test_of_its_number()
    {
        var names = typeof(TrapTests).GetMethods().Select(method => method.Name).ToList();

        for (var number = 1; number <= 20; number++)
            names.Should().Contain(name => name.StartsWith($"Trap_{number:00}_", StringComparison.Ordinal));
    }

    private static IEnumerable<JsonElement> Actions(JsonElement described, string handler) =>
        Actions(described.GetProperty("resources")
            .EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == handler)
            .GetProperty("auth"));

    private static IEnumerable<JsonElement> Actions(JsonElement handler) =>
        handler.ValueKind == JsonValueKind.Null ? [] : handler.GetProperty("actions").EnumerateArray();

    private static ByteArrayContent Multipart(string body)
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body.ReplaceLineEndings("\r\n")));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary=\"{Boundary}\"");
        return content;
    }

    [GeneratedRegex(
        @"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\. \d{4} \d\d:\d\d:\d\d$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex EventTime();

    /// <summary>A form sent in chunks, without saying how long it is.</summary>
    private sealed class StreamedContent : HttpContent
    {
        private readonly int _length;

        public StreamedContent(int length)
        {
            _length = length;
            Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            await stream.WriteAsync(new byte[_length]);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
