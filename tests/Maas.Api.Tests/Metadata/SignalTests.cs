using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Tests.Metadata;

public class SignalTests
{
    private const string Version = "/MAAS/metadata/2012-03-01/";

    [Fact]
    public async Task Criterion_53_a_machine_is_commissioned_by_its_own_reports()
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);

        var scripts = await IndexAsync(host, token);
        scripts.Should().NotBeEmpty().And.OnlyContain(line => line.Length == 7);
        foreach (var script in scripts)
        {
            (await host.PostAsync(token, Version, ("op", "signal"), ("status", "WORKING"), ("script_result_id", script[3]))).Expect(
                200).Text.Should()
                .Be("OK");
            (await host.SendAsync("POST", Version, host.Sign(token), Results(script[1], script[3], exitStatus: 0))).Expect(200);
        }

        (await host.GetAsync(token, Version + "maas-scripts")).Expect(204).ContentType.Should().Be("text/plain");
        (await host.PostAsync(token, Version, ("op", "signal"), ("status", "OK"))).Expect(200);
        var machine = await host.MachineAsync(id);
        (machine.Status, machine.Hardware!.Disks.Count, machine.MemoryMiB).Should().Be((MachineStatus.Ready, 1, 4096));
    }

    [Fact]
    public async Task Criterion_53_a_failed_script_is_named_and_its_output_kept()
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);
        var scripts = await IndexAsync(host, token);

        foreach (var script in scripts)
            (await host.SendAsync(
                "POST", Version, host.Sign(token), Results(script[1], script[3], exitStatus: script == scripts[^1] ? 3 : 0))).Expect(
                200);
        (await host.PostAsync(token, Version, ("op", "signal"), ("status", "OK"))).Expect(200);

        var machine = await host.MachineAsync(id);
        machine.Status.Should().BeOneOf(MachineStatus.FailedCommissioning, MachineStatus.FailedTesting);
        machine.StatusMessage.Should().Contain(scripts[^1][1]);
        var output =
            await host.Core.ScriptResults.OutputAsync(long.Parse(scripts[^1][3], CultureInfo.InvariantCulture), ApiHost.Cancellation);
        Encoding.UTF8.GetString(output!.StandardError.Span).Should().Be("err\n");
    }

    [Theory]
    [InlineData("INSTALLING", "Failed installing dependencies")]
    [InlineData("APPLYING_NETCONF", "Failed to apply custom network configuration")]
    public async Task A_script_ends_with_the_step_that_the_runner_could_not_do_before_it(string step, string status)
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);
        var script = (await IndexAsync(host, token))[^1];
        (await host.PostAsync(token, Version, ("op", "signal"), ("status", step), ("script_result_id", script[3]))).Expect(200);

        (await host.SendAsync("POST", Version, host.Sign(token), Results(script[1], script[3], exitStatus: 100, status: step))).Expect(200);

        var result = (await host.GetAsync(host.Admin, $"nodes/{id}/results/")).Expect(200).Json.EnumerateArray()
            .SelectMany(set => set.GetProperty("results").EnumerateArray())
            .Single(each => each.GetProperty("id").ToString() == script[3]);
        (result.GetProperty("status_name").GetString(), result.GetProperty("exit_status").GetInt32()).Should().Be((status, 100));
    }

    [Fact]
    public async Task The_archive_holds_MAASs_index_ours_and_the_scripts()
    {
        await using var host = await ApiHost.StartAsync();
        var (_, token) = await CommissioningAsync(host);

        var reply = (await host.GetAsync(token, Version + "maas-scripts")).Expect(200);

        reply.ContentType.Should().Be("application/x-tar");
        var files = Unpack(reply.Body);
        using var index = JsonDocument.Parse(files["index.json"]);
        var listed = index.RootElement.GetProperty("1.0").EnumerateObject().SelectMany(kind => kind.Value.EnumerateArray()).ToList();
        listed.Select(each => each.GetProperty("path").GetString()).Should().BeEquivalentTo(
            files.Keys.Except(["index.json", "index.tsv", "launch"])
                .Where(name => !name.StartsWith("runs/", StringComparison.Ordinal)));
        listed.Should()
            .OnlyContain(each => each.GetProperty("script_result_id").GetInt64() > 0 && each.GetProperty("timeout_seconds").GetInt64() > 0);
        foreach (var each in listed)
        {
            var tags = host.Core.NodeScripts.FindDefinition(each.GetProperty("name").GetString()!)!.Script.Tags;
            each.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).Should().Equal(tags);
            each.GetProperty("hardware_type").GetInt32().Should()
                .Be(tags.Contains("memory") ? 2 : tags.Contains("storage") ? 3 : tags.Contains("network") ? 4 : 0);
            each.GetProperty("default").GetBoolean().Should().BeTrue("there are built-in scripts only");
            each.GetProperty("for_hardware").GetRawText().Should().Be("[]");
        }

        listed.Should().Contain(each => each.GetProperty("tags").GetArrayLength() > 0);
        files.Keys.Should().Contain(listed.Select(each => $"runs/{each.GetProperty("script_result_id").GetInt64()}"));
        files["launch"].Should().Contain("disk_identity() {").And.NotContain("#include");
        files[listed[0].GetProperty("path").GetString()!].Should().StartWith("#!/bin/sh");
        Unpack((await host.GetAsync(token, Version + "maas-commissioning-scripts")).Expect(200).Body).Keys.Should()
            .OnlyContain(name => name.StartsWith("commissioning.d/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_script_with_parameters_is_in_both_indexes_with_its_values_and_its_text()
    {
        await using var host = await ApiHost.StartAsync();
        const string Script = "#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\n# name: look\n# parallel: any\n# may_reboot: true\n"
            + "# for_hardware: 'pci:8086:1234'\n# packages: {apt: [jq]}\n# parameters:\n"
            + "#   words: {type: string, argument_format: '--w {input}'}\n#   t: {type: runtime, min: 5}\n"
            + "# --- End MAAS 1.0 script metadata ---\n";
        (await host.PostAsync(host.Admin, "scripts/", ("script", Script))).Expect(200);
        var machine = await host.EnlistAsync();
        var path = $"machines/{machine.Id}/?op=commission";
        (await host.PostAsync(host.Admin, path, ("testing_scripts", "look"), ("t", "4"))).Expect(400).Json.GetProperty("t")[0].GetString()
            .Should().Be("Must be greater than 5");
        (await host.PostAsync(host.Admin, path, ("testing_scripts", "look"), ("colour", "red"))).Expect(400).Json.GetProperty("colour")[0]
            .GetString().Should().Be("No such argument.");
        (await host.PostAsync(
            host.Admin, path, ("testing_scripts", "look"), ("look_words", "a b"), ("parameters", "{\"t\": 7}"))).Expect(200);
        var token = await host.TokenAsync(machine);

        var files = Unpack((await host.GetAsync(token, Version + "maas-scripts")).Expect(200).Body);

        using var index = JsonDocument.Parse(files["index.json"]);
        var look = index.RootElement.GetProperty("1.0").GetProperty("testing_scripts").EnumerateArray().Single();
        var id = look.GetProperty("script_result_id").GetInt64();
        look.GetProperty("parameters").GetRawText().Should().Be(
            ("{'words':{'type':'string','argument_format':'--w {input}','value':'a b'},"
                + "'t':{'type':'runtime','argument_format':'--runtime={input}','value':7}}").Replace('\'', '"'));
        look.GetProperty("packages").GetRawText().Should().Be("""{"apt":["jq"]}""");
        look.GetProperty("parallel").GetInt32().Should().Be(2);
        look.GetProperty("default").GetBoolean().Should().BeFalse();
        look.GetProperty("timeout_seconds").GetInt32().Should().Be(307);
        files["testing/look"].Should().Be(Script);
        files["index.tsv"].Should().EndWith($"testing\tlook\ttesting/look\t{id}\t307\tany\tfresh\n");
        files[$"runs/{id}"].Should().Be(
            "script\ttesting/look\nenvironment\tRUNTIME=7\nenvironment\tHAS_STARTED=False\nhardware\tpci:8086:1234\n"
            + "argument\t--w\nargument\ta b\nargument\t--runtime=7\n");

        (await host.SendAsync("POST", Version, host.Sign(token), Partial(id, "half"))).Expect(200);
        var result = await ResultAsync();
        (result.GetProperty("status_name").GetString(), result.GetProperty("output").GetBytesFromBase64()).Should().BeEquivalentTo(
            ("Running", "half"u8.ToArray()));
        result.GetProperty("script_id").GetInt64().Should().BeGreaterThan(1000);

        // The machine asks for its scripts again after a restart in the middle of one.
        Unpack((await host.GetAsync(token, Version + "maas-scripts")).Expect(200).Body)[$"runs/{id}"].Should()
            .Contain("environment\tHAS_STARTED=True\n").And.NotContain("HAS_STARTED=False");

        async Task<JsonElement> ResultAsync() =>
            (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/results/current-testing/?include_output=true")).Expect(200).Json
                .GetProperty("results").EnumerateArray().Single();
    }

    [Fact]
    public async Task A_signal_without_or_with_an_unknown_status_is_400()
    {
        await using var host = await ApiHost.StartAsync();
        var (_, token) = await CommissioningAsync(host);

        (await host.PostAsync(token, Version, ("op", "signal"))).Expect(400).Text.Should().Be("No provided status!");
        (await host.PostAsync(token, Version, ("op", "signal"), ("status", "FINE"))).Expect(400).Text.Should().Be("Unknown status: 'FINE'");
        (await host.PostAsync(token, Version, ("op", "signal"), ("status", "OK"), ("script_result_id", "x"))).Expect(400);
    }

    [Fact]
    public async Task A_signal_out_of_place_is_409_naming_the_status()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        (await host.PostAsync(await host.TokenAsync(machine), Version, ("op", "signal"), ("status", "OK"))).Expect(409).Text.Should()
            .Be("Machine status isn't valid (status is Allocated)");
    }

    [Fact]
    public async Task A_machine_cannot_report_another_machines_scripts()
    {
        await using var host = await ApiHost.StartAsync();
        var (_, victim) = await CommissioningAsync(host);
        var (_, token) = await CommissioningAsync(host, "52:54:00:00:00:02");
        var script = (await IndexAsync(host, victim))[0];

        (await host.SendAsync("POST", Version, host.Sign(token), Results(script[1], script[3], exitStatus: 1))).Expect(200);

        (await host.Core.ScriptResults.ListAsync(victim.MachineId, ApiHost.Cancellation)).Should()
            .OnlyContain(result => result.Status == ScriptStatus.Pending);
    }

    [Fact]
    public async Task A_failed_deployment_says_why()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);

        (await host.PostAsync(
            await host.TokenAsync(machine), Version, ("op", "signal"), ("status", "FAILED"), ("error", "the disk is full"))).Expect(
            200);

        var failed = (await host.GetAsync(host.Bob, $"machines/{machine.Id}/")).Json;
        (failed.GetProperty("status").GetInt32(), failed.GetProperty("status_name").GetString()).Should().Be((11, "Failed deployment"));
        failed.GetProperty("status_message").GetString().Should().Contain("the disk is full");
    }

    [Fact]
    public async Task The_web_hooks_last_stage_makes_a_machine_Deployed_and_its_steps_do_not()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        var token = await host.TokenAsync(machine);
        (await host.PostAsync(token, Version, ("op", "netboot_off"))).Expect(200);
        Task<Reply> SendAsync(string json) =>
            host.SendAsync(
                "POST", $"/MAAS/metadata/status/{machine.Id}", host.Sign(token), new ByteArrayContent(Encoding.UTF8.GetBytes(json)));

        (await SendAsync(
            """{"event_type": "start", "origin": "cloudinit", "name": "modules-final", "description": "running modules for final"}"""))
            .Expect(204).ContentType.Should().Be("text/plain");
        (await SendAsync(
            """
            {"event_type": "finish", "origin": "cloudinit", "name": "modules-final/config-x", "description": "x ran", "result": "SUCCESS"}
            """)).Expect(204);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deploying);
        (await SendAsync(
            """
            {"event_type": "finish", "origin": "cloudinit", "name": "modules-final", "description": "ran", "result": "SUCCESS",
             "timestamp": 1.5, "files": []}
            """)).Expect(204);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"event_type\": \"start\"}")]
    [InlineData("{\"event_type\": \"start\", \"origin\": 1, \"name\": \"x\", \"description\": \"x\"}")]
    [InlineData("{\"event_type\": \"\\ud800\", \"origin\": \"o\", \"name\": \"x\", \"description\": \"x\"}")]
    [InlineData("{\"event_type\": \"start\", \"origin\": \"o\", \"name\": \"x\", \"description\": \"ü\"}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task A_web_hook_that_makes_no_sense_is_400(string body)
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);

        (await host.SendAsync(
            "POST", $"/MAAS/metadata/status/{id}", host.Sign(token), new ByteArrayContent(Encoding.UTF8.GetBytes(body)))).Expect(
            400);
    }

    private static async Task<(Core.SystemId Id, MachineToken Token)> CommissioningAsync(ApiHost host, string mac = "52:54:00:00:00:01")
    {
        var machine = await host.EnlistAsync(mac);
        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        return (machine.Id, await host.TokenAsync(machine));
    }

    private static async Task<IReadOnlyList<string[]>> IndexAsync(ApiHost host, MachineToken token) =>
        [.. Unpack((await host.GetAsync(token, Version + "maas-scripts")).Expect(200).Body)["index.tsv"].TrimEnd('\n')
            .Split('\n')
            .Select(line => line.Split('\t'))];

    /// <summary>What the agent sends: fields and, as parts named like the script, what it printed.</summary>
    private static MultipartFormDataContent Results(string name, string id, int exitStatus, string status = "WORKING") => new()
    {
        { new StringContent("signal"), "op" },
        { new StringContent(status), "status" },
        { new StringContent(id), "script_result_id" },
        { new StringContent(exitStatus.ToString(CultureInfo.InvariantCulture)), "exit_status" },
        { new ByteArrayContent(ApiHost.Inventory.ToArray()), name, name },
        { new ByteArrayContent(ApiHost.Inventory.ToArray()), name + ".out", name + ".out" },
        { new ByteArrayContent("err\n"u8.ToArray()), name + ".err", name + ".err" },
    };

    private static MultipartFormDataContent Partial(long id, string printed) => new()
    {
        { new StringContent("signal"), "op" },
        { new StringContent("WORKING"), "status" },
        { new StringContent(id.ToString(CultureInfo.InvariantCulture)), "script_result_id" },
        { new StringContent("true"), "partial" },
        { new ByteArrayContent(Encoding.UTF8.GetBytes(printed)), "look", "look" },
    };

    private static Dictionary<string, string> Unpack(byte[] archive)
    {
        Dictionary<string, string> files = [];
        using var tar = new TarReader(new MemoryStream(archive));
        while (tar.GetNextEntry() is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            files[entry.Name] = reader.ReadToEnd();
        }

        return files;
    }
}
