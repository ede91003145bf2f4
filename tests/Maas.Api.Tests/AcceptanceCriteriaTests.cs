using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Tests;

/// <summary>
/// What the clients' own tests and code demand, by the numbers of MAAS's wire reference, section 3. Criteria about one noun are in the test
/// class of that noun; the others are here.
/// </summary>
public partial class AcceptanceCriteriaTests
{
    /// <summary>What this server cannot do yet. A test removes its number here.</summary>
    private static readonly int[] Pending = [];

    private const string Legacy = "/MAAS/api/1.0/nodes/";

    [Fact]
    public void Every_criterion_has_a_test_of_its_number_or_is_pending() =>
        Enumerable.Range(1, 60).Except(typeof(AcceptanceCriteriaTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Select(method => Number().Match(method.Name))
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)))
            .Should().Equal(Pending);

    [Fact]
    public async Task Criterion_02_a_key_that_is_not_in_three_parts_is_no_key()
    {
        await using var host = await ApiHost.StartAsync();
        var header = host.Sign(host.Bob);

        foreach (var part in (string[])["oauth_consumer_key", "oauth_token", "oauth_signature"])
            (await host.SendAsync("GET", "users/?op=whoami", Regex.Replace(
                header, $", {part}=\"[^\"]*\"", "", RegexOptions.None, TimeSpan.FromSeconds(1)))).Expect(401);
        (await host.SendAsync("GET", "users/?op=whoami", header)).Expect(200);
    }

    [Fact]
    public async Task Criterion_03_version_has_capabilities_and_two_texts()
    {
        await using var host = await ApiHost.StartAsync();

        foreach (var authorization in (string?[])[null, host.Sign(host.Bob)])
        {
            var version = (await host.SendAsync("GET", "version/", authorization)).Expect(200).Json;

            version.GetProperty("capabilities").EnumerateArray().Should().OnlyContain(each => each.ValueKind == JsonValueKind.String);
            (version.GetProperty("version").ValueKind, version.GetProperty("subversion").GetString()).Should()
                .Be((JsonValueKind.String, ""));
        }
    }

    [Fact]
    public async Task Criterion_04_a_version_that_is_not_served_is_404_and_no_web_page()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.SendAsync("GET", "/MAAS/api/3.0/version/")).Expect(404).ContentType.Should().StartWith("text/plain");
    }

    [Fact]
    public async Task Criterion_05_describe_is_for_everybody()
    {
        await using var host = await ApiHost.StartAsync();

        var reply = (await host.SendAsync("GET", "describe/")).Expect(200);

        reply.ContentType.Should().Be("application/json");
        reply.Json.GetProperty("resources").GetArrayLength().Should().BePositive();
    }

    [Fact]
    public async Task Criterion_12_a_machine_has_the_types_that_gomaasapi_demands()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();

        var machine = (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json[0];

        Check(machine, "S resource_uri system_id hostname fqdn osystem distro_series power_state status_name",
            "I memory cpu_count", "L tag_names ip_addresses interface_set physicalblockdevice_set blockdevice_set",
            "O owner_data zone pool");
        foreach (var each in machine.GetProperty("interface_set").EnumerateArray())
        {
            Check(each, "S resource_uri name type", "I id effective_mtu", "B enabled", "L links parents children tags");
            Check(each.GetProperty("vlan"), "S resource_uri fabric", "I id vid mtu", "B dhcp_on");
        }

        foreach (var each in machine.GetProperty("blockdevice_set").EnumerateArray())
            Check(each, "S resource_uri name path used_for", "I id block_size used_size size", "L tags partitions");
        foreach (var place in (string[])["zone", "pool"]) Check(machine.GetProperty(place), "S name description resource_uri");
        machine.GetProperty("interface_set").EnumerateArray().Select(each => each.GetProperty("id").GetInt64()).Should()
            .Contain(machine.GetProperty("boot_interface").GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Criterion_13_an_unknown_or_invisible_machine_is_404_and_in_2012_anothers_was_403()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        (await host.GetAsync(host.Eve, "machines/aaaaaa/")).Expect(404).Text.Should().Be("No Machine matches the given query.");
        (await host.GetAsync(host.Eve, $"machines/{machine.Id}/")).Expect(404);
        (await host.GetAsync(host.Eve, $"{Legacy}{machine.Id}/")).Expect(403);
        (await host.GetAsync(host.Eve, $"{Legacy}aaaaaa/")).Expect(404);
    }

    [Theory]
    [InlineData("machines/")]
    [InlineData(Legacy + "?op=list")]
    public async Task Criterion_14_every_resource_uri_is_read_as_the_same_object(string list)
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();
        var all = Uris((await host.GetAsync(host.Admin, list)).Expect(200).Json).DistinctBy(each => each.Uri).ToList();

        all.Should().HaveCountGreaterThan(4);
        foreach (var (uri, value) in all)
        {
            uri.Should().StartWith(list.StartsWith('/') ? "/MAAS/api/1.0/" : "/MAAS/api/2.0/");
            var read = (await host.GetAsync(host.Admin, uri)).Expect(200).Json;
            JsonElement.DeepEquals(read, value).Should().BeTrue("{0} is {1}", read, value);
        }
    }

    [Fact]
    public async Task Criterion_15_allocating_without_constraints_gives_a_Ready_machine_to_the_caller()
    {
        await using var host = await ApiHost.StartAsync();
        var (_, ready) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));

        var machine = (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(200).Json;

        (machine.GetProperty("system_id").GetString(), machine.GetProperty("status").GetInt32(), machine.GetProperty("owner").GetString())
            .Should().Be((ready.Id.ToString(), 10, "bob"));
    }

    [Theory]
    [InlineData("zone", "default", 200)]
    [InlineData("not_in_zone", "default", 409)]
    [InlineData("pool", "default", 200)]
    [InlineData("not_in_pool", "default", 409)]
    [InlineData("zone", "nowhere", 400)]
    [InlineData("not_in_zone", "nowhere", 400)]
    [InlineData("pool", "nowhere", 400)]
    public async Task Criterion_19_zones_and_pools_are_honoured_and_unknown_ones_refused(string constraint, string value, int code)
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();

        (await host.PostAsync(host.Bob, "machines/?op=allocate", (constraint, value))).Expect(code);
    }

    [Fact]
    public async Task Criterion_20_a_name_is_a_host_name_or_an_FQDN_and_an_unknown_one_is_409()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));
        Task<Reply> AllocateAsync(string name) => host.PostAsync(host.Bob, "machines/?op=allocate", ("name", name));

        (await AllocateAsync(two.Hostname)).Expect(200).Json.GetProperty("system_id").GetString().Should().Be(two.Id.ToString());
        (await AllocateAsync(one.Fqdn)).Expect(200).Json.GetProperty("system_id").GetString().Should().Be(one.Id.ToString());
        (await AllocateAsync("missing")).Expect(409).Text.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Criterion_27_unknown_constraints_are_ignored_in_1_0_and_agent_name_is_stored()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.PostAsync(host.Bob, Legacy + "?op=acquire", ("colour", "red"), ("agent_name", "juju"), ("comment", "why"))).Expect(200);

        (await host.MachineAsync(machine.Id)).AgentName.Should().Be("juju");
        (await host.GetAsync(host.Bob, Legacy + "?op=list&agent_name=juju")).Expect(200).Json.GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task Criterion_28_deploying_an_own_machine_stores_what_is_asked()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await AllocatedAsync(host);

        var deploying = (await host.PostAsync(host.Bob, $"machines/{machine}/?op=deploy",
            ("osystem", "custom"), ("distro_series", "debian-12"), ("hwe_kernel", "hwe-22.04"))).Expect(200).Json;

        (deploying.GetProperty("status").GetInt32(), deploying.GetProperty("status_name").GetString()).Should().Be((9, "Deploying"));
        ((string[])["osystem", "distro_series", "hwe_kernel"]).Select(name => deploying.GetProperty(name).GetString()).Should()
            .Equal("custom", "debian-12", "hwe-22.04");
    }

    [Fact]
    public async Task Criterion_29_user_data_in_wrapped_base64_reaches_the_node_as_bytes()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await AllocatedAsync(host);
        var bytes = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        var wrapped = Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks);

        (await host.PostAsync(host.Bob, $"machines/{machine}/?op=deploy", ("user_data", wrapped))).Expect(200);

        var token = await host.TokenAsync(await host.MachineAsync(machine));
        (await host.PostAsync(token, "/MAAS/metadata/2012-03-01/", ("op", "netboot_off"))).Expect(200);
        (await host.GetAsync(token, "/MAAS/metadata/2012-03-01/user-data")).Expect(200).Body.Should().Equal(bytes);
    }

    [Fact]
    public async Task Criterion_31_deploying_anothers_machine_is_refused_and_a_machine_that_is_gone_is_404()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await AllocatedAsync(host);

        (await host.PostAsync(host.Eve, $"machines/{machine}/?op=deploy")).Code.Should().BeOneOf(403, 404);
        (await host.PostAsync(host.Eve, $"{Legacy}{machine}/?op=start")).Expect(403);
        (await host.PostAsync(host.Bob, "machines/aaaaaa/?op=deploy")).Expect(404);
    }

    [Theory]
    [InlineData(true, 6)]
    [InlineData(false, 11)]
    public async Task Criterion_32_polling_shows_Deploying_and_then_how_it_ended(bool succeeds, int status)
    {
        await using var host = await ApiHost.StartAsync();
        var id = await AllocatedAsync(host);
        (await host.PostAsync(host.Bob, $"machines/{id}/?op=deploy")).Expect(200);
        async Task<JsonElement> PollAsync() => (await host.GetAsync(host.Bob, $"machines/{id}/")).Expect(200).Json;
        (await PollAsync()).GetProperty("status").GetInt32().Should().Be(9);

        if (succeeds)
        {
            await host.DoAsync(id, new MachineReport.NetbootOff());
            await host.DoAsync(id, new MachineReport.UserDataFetched());
        }
        else
        {
            await host.DoAsync(id, new MachineReport.Signal(SignalReport.Failed, "the disk is full"));
        }

        var ended = await PollAsync();
        ended.GetProperty("status").GetInt32().Should().Be(status);
        if (!succeeds) ended.GetProperty("status_message").GetString().Should().Be("the disk is full");
    }

    [Fact]
    public async Task Criterion_33_start_of_1_0_may_be_repeated_and_deployment_status_has_its_words()
    {
        await using var host = await ApiHost.StartAsync();
        var id = await AllocatedAsync(host);
        async Task<string?> StatusAsync() =>
            (await host.GetAsync(host.Bob, $"{Legacy}?op=deployment_status&nodes={id}")).Expect(200).Json.GetProperty(id.ToString())
                .GetString();

        (await StatusAsync()).Should().Be("Not in Deployment");
        for (var i = 0; i < 2; i++)
            (await host.PostAsync(host.Bob, $"{Legacy}{id}/?op=start")).Expect(200).Json.GetProperty("system_id").GetString().Should()
                .Be(id.ToString());
        (await StatusAsync()).Should().Be("Deploying");
        await host.DoAsync(id, new MachineReport.NetbootOff());
        await host.DoAsync(id, new MachineReport.UserDataFetched());
        (await StatusAsync()).Should().Be("Deployed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Criterion_34_a_released_machine_is_Ready_without_owner_and_owner_data(bool isDeployed)
    {
        await using var host = await ApiHost.StartAsync();
        var id = await AllocatedAsync(host);
        (await host.PostAsync(host.Bob, $"machines/{id}/?op=set_owner_data", ("a", "1"))).Expect(200);
        if (isDeployed)
        {
            (await host.PostAsync(host.Bob, $"machines/{id}/?op=deploy")).Expect(200);
            await host.DoAsync(id, new MachineReport.NetbootOff());
            await host.DoAsync(id, new MachineReport.UserDataFetched());
        }

        (await host.PostAsync(host.Bob, $"machines/{id}/?op=release")).Expect(200);

        var machine = (await host.GetAsync(host.Bob, $"machines/{id}/")).Expect(200).Json;
        (machine.GetProperty("status").GetInt32(), machine.GetProperty("owner").ValueKind).Should().Be((4, JsonValueKind.Null));
        machine.GetProperty("owner_data").EnumerateObject().Should().BeEmpty();
    }

    [Fact]
    public async Task Criterion_37_releasing_anothers_machine_is_403_and_an_administrator_may()
    {
        await using var host = await ApiHost.StartAsync();
        var id = await AllocatedAsync(host);

        (await host.PostAsync(host.Eve, $"{Legacy}{id}/?op=release")).Expect(403);
        (await host.PostAsync(host.Eve, "machines/?op=release", ("machines", id.ToString()))).Expect(403);
        (await host.PostAsync(host.Admin, $"machines/{id}/?op=release")).Expect(200);
    }

    [Fact]
    public async Task Criterion_38_a_released_machine_is_allocated_again_at_once()
    {
        await using var host = await ApiHost.StartAsync();
        var id = await AllocatedAsync(host);

        for (var i = 0; i < 2; i++)
        {
            (await host.PostAsync(host.Bob, $"machines/{id}/?op=release")).Expect(200);
            (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(200).Json.GetProperty("system_id").GetString().Should()
                .Be(id.ToString());
        }
    }

    [Theory]
    [InlineData(SignalReport.Erased, 4, "Ready")]
    [InlineData(SignalReport.Failed, 15, "Failed disk erasing")]
    public async Task Criterion_39_release_with_erase_goes_through_Disk_erasing(SignalReport report, int status, string name)
    {
        await using var host = await ApiHost.StartAsync();
        var id = await AllocatedAsync(host);

        (await host.PostAsync(host.Bob, $"machines/{id}/?op=release", ("erase", "true"))).Expect(200).Json.GetProperty("status").GetInt32()
            .Should().Be(14);
        await host.DoAsync(id, new MachineReport.Signal(report, null));

        var machine = (await host.GetAsync(host.Admin, $"machines/{id}/")).Expect(200).Json;
        (machine.GetProperty("status").GetInt32(), machine.GetProperty("status_name").GetString()).Should().Be((status, name));
    }

    [Theory]
    [InlineData("files/", false)]
    [InlineData("files/", true)]
    [InlineData("/MAAS/api/1.0/files/?op=add", true)]
    public async Task Criterion_42_a_file_is_uploaded_plain_or_in_base64_and_again_over_itself(string path, bool isBase64)
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var text in (string[])["one", "two"])
            (await host.SendAsync("POST", path, host.Sign(host.Bob), Upload("state", text, isBase64))).Expect(201).Body.Should().BeEmpty();

        (await host.GetAsync(host.Bob, "files/?op=get&filename=state")).Expect(200).Text.Should().Be("two");
    }

    [Theory]
    [InlineData("files/?prefix=a")]
    [InlineData("/MAAS/api/1.0/files/?op=list&prefix=a")]
    public async Task Criterion_44_files_are_listed_by_prefix_sorted_and_without_content(string path)
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var name in (string[])["a2", "b", "a1"])
            await host.Core.Files.PutAsync("bob", name, new byte[] { 1 }, ApiHost.Cancellation);

        var files = (await host.GetAsync(host.Bob, path)).Expect(200).Json.EnumerateArray().ToList();

        files.Select(file => file.GetProperty("filename").GetString()).Should().Equal("a1", "a2");
        files.Should().OnlyContain(file => file.EnumerateObject().Select(each => each.Name)
            .SequenceEqual(new[] { "filename", "anon_resource_uri", "resource_uri" }));
    }

    [Fact]
    public async Task Criterion_45_a_file_is_read_in_base64_and_raw_and_a_missing_one_is_404()
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.Files.PutAsync("bob", "state", new byte[] { 0, 255, 13, 10 }, ApiHost.Cancellation);

        (await host.GetAsync(host.Bob, "files/state/")).Expect(200).Json.GetProperty("content").GetString().Should().Be("AP8NCg==");
        (await host.GetAsync(host.Bob, "files/?op=get&filename=state")).Expect(200).Body.Should().Equal(0, 255, 13, 10);
        (await host.GetAsync(host.Bob, "files/other/")).Expect(404);
        (await host.GetAsync(host.Bob, "files/?op=get&filename=other")).Expect(404).Text.Should().Be("File not found");
    }

    [Theory]
    [InlineData("files/state/")]
    [InlineData("/MAAS/api/1.0/files/state/")]
    public async Task Criterion_46_anon_resource_uri_needs_no_credentials(string path)
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.Files.PutAsync("bob", "state", new byte[] { 1, 2 }, ApiHost.Cancellation);
        var uri = (await host.GetAsync(host.Bob, path)).Expect(200).Json.GetProperty("anon_resource_uri").GetString()!;

        (await host.SendAsync("GET", uri)).Expect(200).Body.Should().Equal(1, 2);
    }

    [Theory]
    [InlineData("files/state/")]
    [InlineData("/MAAS/api/1.0/files/state/")]
    public async Task Criterion_47_a_file_is_deleted_once(string path)
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.Files.PutAsync("bob", "state", new byte[] { 1 }, ApiHost.Cancellation);

        (await host.DeleteAsync(host.Bob, path)).Expect(204);
        (await host.DeleteAsync(host.Bob, path)).Expect(404);
    }

    private static async Task<SystemId> AllocatedAsync(ApiHost host)
    {
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(200);
        return machine.Id;
    }

    private static MultipartFormDataContent Upload(string name, string text, bool isBase64)
    {
        var file = new ByteArrayContent(Encoding.ASCII.GetBytes(isBase64 ? Convert.ToBase64String(Encoding.ASCII.GetBytes(text)) : text));
        if (isBase64) file.Headers.TryAddWithoutValidation("Content-Transfer-Encoding", "base64");
        return new() { { new StringContent(name), "filename" }, { file, "file", "file" } };
    }

    /// <summary>Every object with an address below a value.</summary>
    private static IEnumerable<(string Uri, JsonElement Value)> Uris(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array) return value.EnumerateArray().SelectMany(Uris);
        if (value.ValueKind != JsonValueKind.Object) return [];
        var below = value.EnumerateObject().SelectMany(each => Uris(each.Value));
        return value.TryGetProperty("resource_uri", out var uri) ? below.Prepend((uri.GetString()!, value)) : below;
    }

    /// <summary>Members by type: S a text, I a whole number, B true or false, L a list, O an object.</summary>
    private static void Check(JsonElement value, params string[] kinds)
    {
        foreach (var kind in kinds)
        {
            foreach (var name in kind.Split(' ')[1..])
            {
                var member = value.GetProperty(name);
                var fits = kind[0] switch
                {
                    'S' => member.ValueKind == JsonValueKind.String,
                    'I' => member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out _),
                    'B' => member.ValueKind is JsonValueKind.True or JsonValueKind.False,
                    'L' => member.ValueKind == JsonValueKind.Array,
                    _ => member.ValueKind == JsonValueKind.Object,
                };
                fits.Should().BeTrue("{0} is {1}", name, member.GetRawText());
            }
        }
    }

    [GeneratedRegex("^Criterion_(?<number>[0-9]{2})_", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
