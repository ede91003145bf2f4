using Maas.Images.Tests.Debian;

namespace Maas.Images.Tests.Ephemeral;

[Collection(MirrorCollection.Name)]
public sealed class AgentTests(MirrorFixture mirror)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_machine_enlists_with_its_address_and_uuid_and_powers_off()
    {
        await using var server = await new MetadataServer { Unavailable = 1 }.StartAsync();

        var console = await RunAsync(server, $"maas.url={server.GuestBase} maas.task=enlist BOOTIF=01-52-54-00-00-ab-01");

        console.Should().Contain("MAAS-AGENT up").And.Contain("MAAS-AGENT done");
        server.Enlisted.Should()
            .Be(
                "architecture=amd64&power_type=manual&mac_addresses=52%3a54%3a00%3a00%3aab%3a01" +
                "&hardware_uuid=11223344-5566-7788-99aa-bbccddeeff00");
        server.Requests.Should().HaveCount(2, "the first answer was 503");
    }

    [Fact]
    public async Task On_a_link_with_IPv6_alone_a_machine_takes_the_address_that_a_router_advertises_and_does_its_task()
    {
        await using var server = await new MetadataServer { OnIPv6 = true, Scripts = Scripts(("00-speaks", 60, "#!/bin/sh\nid\n", "")) }
            .StartAsync();
        server.Tasks.Enqueue("task=commission\nwait=poweroff\n");

        var console = await VirtualMachine.RunAsync(
            await mirror.EnvironmentAsync(Cancellation),
            $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken} BOOTIF=01-52-54-00-00-ab-01",
            [],
            Cancellation,
            network: "user,id=lan,ipv4=off,ipv6=on");

        console.Should().MatchRegex("MAAS-AGENT network eth0 fec0::[0-9a-f:]*/64").And.Contain("MAAS-AGENT done", server.Told);
        server.Reports.Last()["status"].Should().Be("OK");
    }

    [Fact]
    public async Task Scripts_are_run_with_their_time_and_what_they_print_is_reported_bounded()
    {
        await using var server = await new MetadataServer
        {
            ClockOffset = TimeSpan.FromDays(3),
            Scripts = Scripts(
                ("00-speaks", 60, "#!/bin/sh\necho to out\necho to err >&2\nid -u\n", ""),
                ("10-fails", 60, "#!/bin/sh\necho broken; exit 3\n", ""),
                ("20-hangs", 2, "#!/bin/sh\necho before; sleep 1000 & sleep 1000\n", ""),
                ("30-shouts", 60, "#!/bin/sh\nyes 0123456789 | head -c 3000000\n", "\talone\tfresh"),
                ("40-degraded", 0, "#!/bin/sh\necho 'status: degraded' >$RESULT_PATH; exit 4\n", "\talone\tfresh"),
                // Each waits for the other: they end only if they run at the same time.
                ("50-meets", 20, "#!/bin/sh\n: >/tmp/one; until [ -e /tmp/two ]; do sleep 1; done\n", "\tany\tfresh"),
                ("51-meets", 20, "#!/bin/sh\n: >/tmp/two; until [ -e /tmp/one ]; do sleep 1; done\n", "\tany\tfresh"),
                ("60-restarted", 60, "#!/bin/sh\ntrue\n", "\talone\trestarted"),
                ("70-badblocks", 60, "#!/bin/sh\ncommand -v badblocks; command -v memtester\n", "\talone\tfresh")),
        }.StartAsync();
        server.Tasks.Enqueue("task=commission\nwait=poweroff\n");

        var console =
            await RunAsync(server, $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken} BOOTIF=01-52-54-00-00-ab-01");

        console.Should().Contain("MAAS-AGENT task=commission").And.Contain("MAAS-AGENT done").And.NotContain(MetadataServer.Secret);
        var results = server.Reports.Where(report => report.ContainsKey("exit_status")).ToDictionary(report => report["script_result_id"]);
        results["1"]["exit_status"].Should().Be("0", console);
        results["1"]["file:00-speaks.out"].Should().Be("to out\n0\n");
        results["1"]["file:00-speaks.err"].Should().Be("to err\n");
        results["1"]["file:00-speaks"].Should().Contain("to out").And.Contain("to err");
        results["2"]["exit_status"].Should().Be("3");
        results["3"]["exit_status"].Should().Be("124");
        results["3"]["status"].Should().Be("TIMEDOUT");
        results["3"]["file:20-hangs.out"].Should().Be("before\n");
        results["4"]["exit_status"].Should().Be("0");
        results["4"]["file:30-shouts.out"].Should().HaveLength(1 << 20);
        results["5"]["exit_status"].Should().Be("4");
        results["5"]["file:40-degraded.yaml"].Should().Be("status: degraded\n");
        results["6"]["exit_status"].Should().Be("0");
        results["7"]["exit_status"].Should().Be("0");
        results["8"]["exit_status"].Should().Be("1");
        results["8"]["file:60-restarted.err"].Should().Contain("restarted while this script ran");
        results["9"]["file:70-badblocks.out"].Should().Contain("badblocks").And.Contain("memtester");
        var last = server.Reports.Last();
        last["status"].Should().Be("FAILED");
        last["error"].Should().Be("Failed: 10-fails 20-hangs 60-restarted");
        server.Reports.Where(report => !report.ContainsKey("exit_status") && report.ContainsKey("script_result_id"))
            .Should()
            .HaveCount(9, "each start is announced");
    }

    [Fact]
    public async Task A_spent_token_is_a_failure_that_says_why()
    {
        await using var server = await new MetadataServer().StartAsync();

        var console = await RunAsync(server, $"maas.url={server.GuestBase} maas.token=wrong BOOTIF=01-52-54-00-00-ab-01");

        console.Should().Contain("MAAS-AGENT failed: no credentials: the server answered 401");
    }

    [Fact]
    public async Task A_released_machine_runs_its_scripts_says_how_they_went_and_asks_what_is_next()
    {
        await using var server = await new MetadataServer
        {
            Scripts = ScriptTar.Make(("release", "restore", 60, "#!/bin/sh\necho restored\n", "\talone\tfresh")),
        }.StartAsync();
        foreach (var task in (string[])["task=release\n", "task=erase\nerase_mode=quick\n"]) server.Tasks.Enqueue(task);

        var console =
            await RunAsync(server, $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken} BOOTIF=01-52-54-00-00-ab-01");

        console.Should().Contain("MAAS-AGENT task=release").And.Contain("MAAS-AGENT task=erase");
        server.Reports.Select(report => report["status"]).Should().Equal(["WORKING", "WORKING", "OK", "FAILED"], server.Told);
        server.Reports.ElementAt(1)["file:restore.out"].Should().Be("restored\n");
        server.Reports.ElementAt(2).Keys.Should().NotContain("erased", "that is the end of the scripts alone");
        server.Reports.Last()["error"].Should().Contain("does not know this machine's disks", "the task names none");
    }

    [Fact]
    public async Task A_machine_in_rescue_mode_says_once_that_it_is_up_and_stays_up_until_told_otherwise()
    {
        await using var server = await new MetadataServer().StartAsync();
        foreach (var task in (string[])["task=rescue\n", "task=rescue\n", "task=poweroff\n"]) server.Tasks.Enqueue(task);

        var console =
            await RunAsync(server, $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken} BOOTIF=01-52-54-00-00-ab-01");

        console.Should().Contain("MAAS-AGENT task=rescue").And.Contain("MAAS-AGENT task=poweroff").And.Contain("MAAS-AGENT done");
        var report = server.Reports.Should().ContainSingle().Subject;
        report["op"].Should().Be("signal");
        report["status"].Should().Be("WORKING");
        server.Requests.Count(request => request.EndsWith("maas-task", StringComparison.Ordinal)).Should().Be(3);
    }

    [Fact]
    public async Task A_machine_with_too_little_memory_says_so_in_one_line_and_goes_off()
    {
        await using var server = await new MetadataServer().StartAsync();

        var console = await RunAsync(server, $"maas.url={server.GuestBase} maas.task=enlist BOOTIF=01-52-54-00-00-ab-01", "-m", "192");

        console.Split('\n').Where(
            line => line.Contains("MAAS-AGENT", StringComparison.Ordinal)).Should().ContainSingle().Which.Should().Contain(
            "failed: this machine has too little memory").And.Contain("MiB are needed");
        console.Should().NotContain("not found").And.NotContain("still running");
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task The_smallest_machine_that_is_promised_to_work_does_its_task()
    {
        var scripts = Scripts(("00-speaks", 60, "#!/bin/sh\necho here\n", ""));
        await using var server = await new MetadataServer { Scripts = scripts }.StartAsync();
        server.Tasks.Enqueue("task=commission\nwait=poweroff\n");

        var console =
            await RunAsync(
                server, $"maas.url={server.GuestBase} maas.token={MetadataServer.BootToken} BOOTIF=01-52-54-00-00-ab-01", "-m", "320");

        server.Reports.Last()["status"].Should().Be("OK", console);
    }

    private async Task<string> RunAsync(MetadataServer server, string kernelLine, params string[] more) =>
        await VirtualMachine.RunAsync(await mirror.EnvironmentAsync(Cancellation), kernelLine, more, Cancellation);

    private static byte[] Scripts(params (string Name, int Seconds, string Text, string More)[] scripts) =>
        ScriptTar.Make([.. scripts.Select(script => ("commissioning", script.Name, script.Seconds, script.Text, script.More))]);
}
