using System.Formats.Tar;
using System.Text;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Metadata;

/// <summary>MAAS's metadata service, row by row of its wire reference (section 4).</summary>
public class MetadataRowTests
{
    private const string Root = "/MAAS/metadata/";
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0HmXUrL7qg9hQZ8l9Kx5tzcQqT5t4q3mI8o5JvFqTj bob@home";

    [Fact]
    public async Task The_root_lists_the_versions_for_a_machine_only()
    {
        await using var host = await ApiHost.StartAsync();
        var token = await host.TokenAsync(await host.EnlistAsync());

        (await host.GetAsync(token, Root)).Expect(200).Text.Should().Be("2012-03-01\nlatest");
        (await host.SendAsync("GET", Root)).Expect(401);
        (await host.GetAsync(host.Admin, Root)).Expect(403).Text.Should().Be("Not authenticated as a known node.");
    }

    [Theory]
    [InlineData("2012-03-01/")]
    [InlineData("latest/")]
    [InlineData("curtin/latest/")]
    public async Task A_version_lists_the_machines_items_and_to_the_anonymous_those_of_enlisting(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var token = await host.TokenAsync(machine);

        (await host.GetAsync(token, Root + path)).Expect(200).Text.Should().Be("maas-commissioning-scripts\nmeta-data");
        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        token = await host.TokenAsync(machine);
        (await host.GetAsync(token, Root + path)).Expect(200).Text.Should().Be("maas-commissioning-scripts\nmeta-data\nuser-data");
        (await host.SendAsync("GET", Root + path)).Expect(200).Text.Should().Be("meta-data\nuser-data");
        (await host.SendAsync("GET", Root + path, host.Sign("x", "y", new("z"), null, null))).Expect(401);
    }

    [Fact]
    public async Task An_unknown_version_is_404()
    {
        await using var host = await ApiHost.StartAsync();
        var token = await host.TokenAsync(await host.EnlistAsync());

        foreach (var path in (string[])["2009-04-04/", "2009-04-04/meta-data/", "2009-04-04/user-data", "curtin/2009-04-04/meta-data/"])
            (await host.GetAsync(token, Root + path)).Expect(404).Text.Should().Be("Unknown metadata version: 2009-04-04");
        (await host.SendAsync("GET", Root + "enlist/2009-04-04/")).Expect(404);
    }

    [Theory]
    [InlineData("latest/")]
    [InlineData("curtin/2012-03-01/")]
    public async Task Meta_data_has_its_items_sorted_and_public_keys_only_when_the_owner_has_any(string version)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        var token = await host.TokenAsync(machine);
        async Task<string> ReadAsync(string item) => (await host.GetAsync(token, $"{Root}{version}meta-data/{item}")).Expect(200).Text;

        (await ReadAsync("")).Should().Be("instance-id\nlocal-hostname\nvendor-data");
        await host.Core.SshKeys.AddAsync("bob", Key, null, ApiHost.Cancellation);
        (await ReadAsync("")).Should().Be("instance-id\nlocal-hostname\npublic-keys\nvendor-data");

        (await ReadAsync("instance-id")).Should().Be(machine.Id.ToString());
        (await ReadAsync("local-hostname")).Should().Be(machine.Fqdn);
        (await ReadAsync("public-keys")).Should().Be(Key);
        (await ReadAsync("vendor-data")).Should().StartWith("cloud-init: \"#cloud-config\\n");
        (await ReadAsync("x509")).Should().BeEmpty();
        (await host.GetAsync(token, $"{Root}{version}meta-data/ami-id")).Expect(404).Text.Should().Be("Unknown metadata attribute: ami-id");
    }

    [Fact]
    public async Task Public_keys_are_hidden_while_a_machine_is_commissioned_tested_or_erased()
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.SshKeys.AddAsync("bob", Key, null, ApiHost.Cancellation);
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        await host.DoAsync(machine.Id, new MachineCommand.Test());

        var token = await host.TokenAsync(machine);

        (await host.GetAsync(token, Root + "latest/meta-data/")).Expect(200).Text.Should().NotContain("public-keys");
        (await host.GetAsync(token, Root + "latest/meta-data/public-keys")).Expect(200).Text.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_rescue_mode_the_keys_of_who_asked_for_it_and_of_the_owner_are_there(bool isOwned)
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.SshKeys.AddAsync("bob", Key, null, ApiHost.Cancellation);
        await host.Core.SshKeys.AddAsync("admin", Key + "-of-admin", null, ApiHost.Cancellation);
        var machine = await host.ReadyAsync();
        if (isOwned) await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=rescue_mode")).Expect(200);
        var token = await host.TokenAsync(machine);

        (await KeysAsync()).Should().Equal(isOwned ? [Key, Key + "-of-admin"] : [Key + "-of-admin"]);
        (await host.PostAsync(token, Root + "latest/", ("op", "signal"), ("status", "WORKING"), ("error", "SSH as root"))).Expect(200);
        (await KeysAsync()).Should().HaveCount(isOwned ? 2 : 1);
        var shown = (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200).Json;
        (shown.GetProperty("status_name").GetString(), shown.GetProperty("status_message").GetString()).Should()
            .Be(("Rescue mode", "SSH as root"));
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=exit_rescue_mode")).Expect(200);
        (await KeysAsync()).Should().NotContain(Key + "-of-admin");

        async Task<string[]> KeysAsync() => (await host.GetAsync(token, Root + "latest/meta-data/public-keys")).Expect(200).Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task User_data_is_bytes_and_404_when_there_are_none()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var (with, without) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));
        (await host.PostAsync(host.Bob, $"machines/{with.Id}/?op=deploy", ("user_data", Convert.ToBase64String([0, 255, 10]))))
            .Expect(200);
        (await host.PostAsync(host.Bob, $"machines/{without.Id}/?op=deploy")).Expect(200);
        foreach (var machine in (Machine[])[with, without])
            (await host.PostAsync(await host.TokenAsync(machine), Root + "latest/", ("op", "netboot_off"))).Expect(200);

        var reply = (await host.GetAsync(await host.TokenAsync(with), Root + "latest/user-data")).Expect(200);

        (reply.ContentType, reply.Body).Should().BeEquivalentTo(("application/octet-stream", new byte[] { 0, 255, 10 }));
        (await host.GetAsync(await host.TokenAsync(without), Root + "latest/user-data")).Expect(404).Text.Should().BeEmpty();
    }

    [Fact]
    public async Task User_data_of_a_commissioning_machine_is_a_script_and_the_request_is_an_event()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        var token = await host.TokenAsync(machine);

        var reply = (await host.GetAsync(token, Root + "latest/user-data")).Expect(200);

        reply.ContentType.Should().Be("application/octet-stream");
        reply.Text.Should().StartWith("#!/bin/sh\n").And.Contain($"base='{host.Origin}/MAAS'\n").And.Contain("task=scripts\n")
            .And.Contain($"token_secret='{token.TokenSecret.Reveal()}'\n").And.NotContain("@TASK@");
        (await host.GetAsync(host.Admin, "events/?op=query")).Json.GetProperty("events").EnumerateArray()
            .Select(each => each.GetProperty("type").GetString()).Should().Contain("Gathering info");
    }

    [Fact]
    public async Task User_data_of_a_machine_that_should_be_off_turns_it_off()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.GetAsync(await host.TokenAsync(machine), Root + "latest/user-data")).Expect(200).Text.Should()
            .Be("#!/bin/sh\npoweroff\n");
    }

    [Theory]
    [InlineData("latest/maas-scripts")]
    [InlineData("curtin/2012-03-01/maas-scripts")]
    public async Task Maas_scripts_is_a_tar_with_an_index_204_when_nothing_is_left_and_204_to_the_anonymous(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission { TestingScripts = [] });
        var token = await host.TokenAsync(machine);

        var reply = (await host.GetAsync(token, Root + path)).Expect(200);

        reply.ContentType.Should().Be("application/x-tar");
        var index = Index(reply.Body);
        foreach (var key in (string[])
            ["\"1.0\"", "commissioning_scripts", "name", "path", "script_result_id", "script_version_id", "timeout_seconds", "parallel",
                "hardware_type", "parameters", "packages", "for_hardware", "apply_configured_networking", "has_started", "has_finished",
                "default", "tags"])
            index.Should().Contain(key);
        foreach (var script in await host.Core.ScriptResults.PendingAsync(machine.Id, ApiHost.Cancellation))
            await host.Core.ScriptResults.ReportAsync(
                machine.Id, new() { ResultId = script.Result.Id, ExitStatus = 1 }, ApiHost.Cancellation);
        (await host.GetAsync(token, Root + path)).Expect(204).ContentType.Should().Be("text/plain");
        (await host.SendAsync("GET", Root + path)).Expect(204).Body.Should().BeEmpty();
    }

    [Fact]
    public async Task Maas_commissioning_scripts_is_the_tar_of_2012()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission());

        var reply = (await host.GetAsync(await host.TokenAsync(machine), Root + "latest/maas-commissioning-scripts")).Expect(200);

        reply.ContentType.Should().Be("application/tar");
        using var tar = new TarReader(new MemoryStream(reply.Body));
        tar.GetNextEntry()!.Name.Should().StartWith("commissioning.d/");
    }

    [Theory]
    [InlineData("latest/")]
    [InlineData("curtin/latest/")]
    public async Task Netboot_is_turned_off_and_on(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var token = await host.TokenAsync(machine);

        (await host.PostAsync(token, Root + path + "?op=netboot_off")).Expect(200).Text.Should().Be("OK");
        (await host.MachineAsync(machine.Id)).Netboot.Should().BeFalse();
        (await host.PostAsync(token, Root + path, ("op", "netboot_on"))).Expect(200).Text.Should().Be("OK");
        (await host.MachineAsync(machine.Id)).Netboot.Should().BeTrue();
        (await host.SendAsync("POST", Root + path + "?op=netboot_off")).Expect(401);
    }

    [Fact]
    public async Task Enlisting_paths_need_no_key_and_tell_nothing_of_any_machine()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();
        async Task<string> ReadAsync(string path) => (await host.SendAsync("GET", Root + path)).Expect(200).Text;

        (await ReadAsync("enlist/")).Should().Be("2012-03-01\nlatest");
        (await ReadAsync("enlist/2012-03-01/")).Should().Be("meta-data\nuser-data");
        (await ReadAsync("enlist/2012-03-01/meta-data/")).Should().Be("instance-id\nlocal-hostname");
        (await ReadAsync("enlist/2012-03-01/meta-data/instance-id")).Should().Be("i-maas-enlistment");
        (await ReadAsync("enlist/2012-03-01/meta-data/local-hostname")).Should().Be("maas-enlisting-node");
        (await ReadAsync("enlist/2012-03-01/meta-data/public-keys")).Should().BeEmpty();
        (await ReadAsync("2012-03-01/enlist-preseed/?op=get_enlist_preseed")).Should().StartWith("#cloud-config\n");
        var script = (await host.SendAsync("GET", Root + "enlist/2012-03-01/user-data")).Expect(200);
        (script.ContentType, script.Text[..9]).Should().Be(("application/octet-stream", "#!/bin/sh"));
        (await host.SendAsync("GET", Root + "enlist/2012-03-01/meta-data/vendor-data")).Expect(404);
    }

    [Fact]
    public async Task A_preseed_by_id_has_the_key_for_the_machine_itself_only()
    {
        await using var host = await ApiHost.StartAsync();
        var (mine, other) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));
        var token = await host.TokenAsync(mine);
        var path = $"{Root}latest/by-id/{mine.Id}/?op=get_preseed";

        (await host.SendAsync("GET", path)).Expect(200).Text.Should().Contain("metadata_url").And.NotContain(token.TokenKey);
        (await host.GetAsync(token, path)).Expect(200).Text.Should().Contain(token.TokenSecret.Reveal());
        (await host.GetAsync(await host.TokenAsync(other), path)).Expect(403);
        (await host.GetAsync(host.Admin, path)).Expect(403);
        (await host.SendAsync("GET", $"{Root}latest/by-id/zzzzzz/?op=get_preseed")).Expect(404);
    }

    [Fact]
    public async Task Netboot_off_by_id_needs_the_machines_key_and_logs_the_end_of_the_installation()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var path = $"{Root}latest/by-id/{machine.Id}/?op=netboot_off";

        (await host.SendAsync("POST", path)).Expect(401);
        (await host.PostAsync(await host.TokenAsync(machine), path)).Expect(200).Text.Should().Be("OK");
        (await host.GetAsync(host.Admin, "events/?op=query")).Json.GetProperty("events")[0].GetProperty("type").GetString().Should()
            .Be("Network boot");
    }

    [Theory]
    [InlineData("meta-data/")]
    [InlineData("meta-data/instance-id")]
    [InlineData("user-data")]
    public async Task By_mac_is_403(string path)
    {
        await using var host = await ApiHost.StartAsync();
        await host.EnlistAsync();

        (await host.SendAsync("GET", $"{Root}latest/by-mac/52:54:00:00:00:01/{path}")).Expect(403);
    }

    [Fact]
    public async Task The_installer_of_curtin_fails_the_deployment_at_once_in_words()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy", ("user_data", "#cloud-config"))).Expect(200);
        var token = await host.TokenAsync(machine);

        (await host.GetAsync(token, Root + "curtin/")).Expect(200).Text.Should().Be("2012-03-01\nlatest");
        foreach (var path in (string[])["curtin/latest/user-data", "curtin/latest/curtin-installer"])
            (await host.GetAsync(token, Root + path)).Expect(200).Text.Should().Contain("task=deploy\n");
        (await host.SendAsync("GET", Root + "curtin/latest/user-data")).Expect(401);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deploying, "that was not the installed system");
    }

    [Theory]
    [InlineData("/MAAS/metadata//2012-03-01/meta-data/instance-id")]
    [InlineData("/MAAS/metadata///2012-03-01//meta-data//instance-id")]
    [InlineData("/MAAS//metadata/curtin//2012-03-01/meta-data/instance-id")]
    public async Task Runs_of_slashes_are_one(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        (await host.GetAsync(await host.TokenAsync(machine), path)).Expect(200).Text.Should().Be(machine.Id.ToString());
    }

    private static string Index(byte[] archive)
    {
        using var tar = new TarReader(new MemoryStream(archive));
        var entry = tar.GetNextEntry()!;
        entry.Name.Should().Be("index.json");
        using var reader = new StreamReader(entry.DataStream!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
