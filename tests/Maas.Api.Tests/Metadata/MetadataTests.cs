using System.Net.Http.Headers;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Api.Tests.Metadata;

public class MetadataTests
{
    private const string Latest = "/MAAS/metadata/latest/";
    private const string KnownDisk = "name=vda\tserial=disk-1\twwid=\tsize=10737418240\tmodel=Test Disk\tpath=";
    private const string KnownHardware = $"hardware_uuid=\nknown_disks=1\nknown_disk={KnownDisk}\n";

    [Fact]
    public async Task The_tree_is_what_cloud_init_expects()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var token = await host.TokenAsync(machine);
        async Task<string> ReadAsync(string path) => (await host.GetAsync(token, "/MAAS/metadata/" + path)).Expect(200).Text;

        (await ReadAsync("")).Should().Be("2012-03-01\nlatest");
        (await ReadAsync("2012-03-01/")).Split('\n').Should().Contain("meta-data");
        (await ReadAsync("2012-03-01/meta-data/")).Should().Be("instance-id\nlocal-hostname\nvendor-data");
        (await ReadAsync("2012-03-01/meta-data/instance-id")).Should().Be(machine.Id.ToString());
        (await ReadAsync("latest/meta-data/local-hostname")).Should().Be(machine.Fqdn);
        (await ReadAsync("latest/meta-data/public-keys")).Should().BeEmpty();
        (await host.GetAsync(token, Latest + "meta-data/vendor-data")).Expect(200).ContentType.Should().Be("application/x-yaml");
        (await host.GetAsync(token, Latest + "meta-data/nonsense")).Expect(404).Text.Should().Be("Unknown metadata attribute: nonsense");
        (await host.GetAsync(token, "/MAAS/metadata/2011-01-01/meta-data/")).Expect(404).Text.Should()
            .Be("Unknown metadata version: 2011-01-01");
        (await ReadAsync("latest/user-data")).Should().Be("#!/bin/sh\npoweroff\n", "a Ready machine should be off");
    }

    [Fact]
    public async Task A_boot_token_is_traded_once_and_the_answer_may_be_repeated_for_a_minute()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var boot =
            (await host.Core.BootTokens.IssueAsync(machine.Id, System.Net.IPAddress.Loopback, ApiHost.Cancellation))!.Value.Reveal();

        var reply = (await host.SendAsync("GET", $"/MAAS/metadata/boot/{boot}/")).Expect(200);

        reply.ContentType.Should().StartWith("text/plain");
        var lines = reply.Text.TrimEnd('\n')
            .Split('\n')
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        lines.Keys.Should().Equal("system_id", "consumer_key", "token_key", "token_secret");
        lines["system_id"].Should().Be(machine.Id.ToString());
        var token = new MachineToken(machine.Id, lines["consumer_key"], lines["token_key"], new(lines["token_secret"]));
        (await host.GetAsync(token, Latest + "meta-data/instance-id")).Expect(200);
        (await host.SendAsync("GET", $"/MAAS/metadata/boot/{boot}/")).Expect(200).Text.Should().Be(reply.Text);
        (await host.SendAsync("GET", "/MAAS/metadata/boot/guess/")).Expect(404).Text.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_boot_token_of_another_address_is_worth_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var boot =
            (await host.Core.BootTokens.IssueAsync(
                machine.Id, System.Net.IPAddress.Parse("10.9.8.7"), ApiHost.Cancellation))!.Value.Reveal();

        (await host.SendAsync("GET", $"/MAAS/metadata/boot/{boot}/")).Expect(404).Text.Should().NotContain("token_secret");
        (await host.SendAsync("GET", $"{Latest}by-token/{boot}/?op=get_preseed")).Expect(404);
    }

    [Fact]
    public async Task A_preseed_with_the_key_is_given_for_a_boot_token_and_never_for_an_id()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var token = await host.TokenAsync(machine);
        var boot = (await host.Core.BootTokens.IssueAsync(machine.Id, null, ApiHost.Cancellation))!.Value.Reveal();

        var byId = (await host.SendAsync("GET", $"{Latest}by-id/{machine.Id}/?op=get_preseed")).Expect(200).Text;
        var byToken = (await host.SendAsync("GET", $"{Latest}by-token/{boot}/?op=get_preseed")).Expect(200).Text;

        byId.Should().StartWith("#cloud-config\n").And.NotContain(token.TokenSecret.Reveal()).And.NotContain(token.TokenKey);
        byToken.Should().StartWith("#cloud-config\n").And.Contain($"metadata_url: \"{host.Origin}/MAAS/metadata/\"").And.Contain(
            $"{host.Origin}/MAAS/metadata/status/{machine.Id}");
        (await host.SendAsync("GET", $"{Latest}by-id/zzzzzz/?op=get_preseed")).Expect(404);
        (await host.SendAsync("GET", $"{Latest}by-mac/52:54:00:00:00:01/meta-data/instance-id")).Expect(403);
        (await host.GetAsync(token, Latest + "maas-cloud-config")).Expect(200).Text.Should().Be(CloudConfigOf(host, token));
    }

    private static string CloudConfigOf(ApiHost host, MachineToken token) =>
        Maas.Api.Metadata.CloudConfig.For(token, host.Origin + "/MAAS", null, null);

    [Fact]
    public async Task The_proxy_of_the_settings_is_that_of_apt_in_the_installed_system()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var token = await host.TokenAsync(machine);
        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", "http_proxy"), ("value", "http://squid.lab:3128"))).Expect(200);

        (await host.GetAsync(token, Latest + "maas-cloud-config")).Expect(200).Text.Should().Contain(
            "\napt:\n  proxy: \"http://squid.lab:3128/\"\n");

        (await host.PostAsync(host.Admin, "maas/?op=set_config", ("name", "enable_http_proxy"), ("value", "false"))).Expect(200);
        (await host.GetAsync(token, Latest + "maas-cloud-config")).Expect(200).Text.Should().Be(CloudConfigOf(host, token));
    }

    [Fact]
    public async Task Cloud_init_accepts_the_configuration_with_this_servers_proxy_which_does_not_tunnel()
    {
        await using var host = await ApiHost.StartAsync();
        var token = await host.TokenAsync(await host.EnlistAsync());
        var text = Maas.Api.Metadata.CloudConfig.For(
            token, "http://10.0.0.1:5240/MAAS", null, new(new Uri("http://10.0.0.1:5240/"), Tunnels: false));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, text, ApiHost.Cancellation);
            (await Judge.RunAsync("cloud-init", ["schema", "--config-file", file], null, ApiHost.Cancellation)).Approved()
                .Output.Should().Contain("Valid");
        }
        finally
        {
            File.Delete(file);
        }

        text.Should().Contain("apt:\n  proxy: \"http://10.0.0.1:5240/\"\n  conf: \"Acquire::https::Proxy \\u0022DIRECT\\u0022;\"\n");
    }

    [Fact]
    public async Task A_machine_nobody_knows_gets_a_name_and_a_script_that_enlists_it()
    {
        await using var host = await ApiHost.StartAsync();
        async Task<string> ReadAsync(string path) => (await host.SendAsync("GET", "/MAAS/metadata/" + path)).Expect(200).Text;

        (await ReadAsync("enlist/latest/")).Should().Be("meta-data\nuser-data");
        (await ReadAsync("enlist/latest/meta-data/instance-id")).Should().Be("i-maas-enlistment");
        (await ReadAsync("enlist/latest/meta-data/local-hostname")).Should().Be("maas-enlisting-node");
        (await ReadAsync("enlist/latest/meta-data/public-keys")).Should().BeEmpty();
        (await ReadAsync("enlist/latest/user-data")).Should().StartWith("#!/bin/sh\n").And.Contain($"base='{host.Origin}/MAAS'\n");
        (await ReadAsync("latest/enlist-preseed/?op=get_enlist_preseed")).Should().Contain("/MAAS/metadata/enlist/");
    }

    [Fact]
    public async Task The_task_is_what_the_machine_boots_for()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        var token = await host.TokenAsync(machine);

        (await host.GetAsync(token, Latest + "maas-task")).Expect(200).Text.Should().Be("task=commission\nwait=poweroff\n");
        (await host.GetAsync(token, Latest + "maas-image")).Expect(404);
    }

    [Fact]
    public async Task An_erasure_names_the_fixed_disks_that_must_be_there()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        await host.DoAsync(machine.Id, new MachineCommand.Abort());
        var erasing = await host.DoAsync(machine.Id, new MachineCommand.Release { Erase = EraseMode.Quick });
        erasing.Status.Should().Be(MachineStatus.DiskErasing);

        (await host.GetAsync(await host.TokenAsync(machine), Latest + "maas-task")).Expect(200).Text.Should()
            .Be($"task=erase\nerase_mode=quick\n{KnownHardware}");
    }

    [Fact]
    public async Task The_image_of_a_deployment_is_served_whole_and_in_ranges()
    {
        await using var host = await ApiHost.StartAsync();
        var image = await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        var token = await host.TokenAsync(machine);

        var task = (await host.GetAsync(token, Latest + "maas-task")).Expect(200).Text.TrimEnd('\n').Split('\n');
        string[] expected =
        [
            "task=deploy",
            "image_path=/MAAS/metadata/latest/maas-image",
            $"image_sha256={Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(image))}",
            $"image_size={image.Length}", "image_format=raw", $"target_disk={KnownDisk}", .. KnownHardware.TrimEnd('\n').Split('\n'),
        ];
        task.Should().Equal(expected);

        var whole = (await host.GetAsync(token, Latest + "maas-image")).Expect(200);
        whole.Body.Should().Equal(image);
        whole.ContentHeaders.ContentLength.Should().Be(image.Length);
        using var request = new HttpRequestMessage(HttpMethod.Get, Latest + "maas-image");
        request.Headers.Range = new RangeHeaderValue(10, 19);
        request.Headers.TryAddWithoutValidation("Authorization", host.Sign(token));
        using var part = await host.Client.SendAsync(request, ApiHost.Cancellation);
        ((int)part.StatusCode).Should().Be(206);
        (await part.Content.ReadAsByteArrayAsync(ApiHost.Cancellation)).Should().Equal(image[10..20]);
        (await host.GetAsync(host.Admin, "events/?op=query")).Expect(200).Text.Should().Contain("broke off and goes on at ");

        var before = (await host.Core.Machines.GetAsync(machine.Id, ApiHost.Cancellation))!.Version;
        using var beyond = new HttpRequestMessage(HttpMethod.Get, Latest + "maas-image");
        beyond.Headers.Range = new RangeHeaderValue(image.Length, null);
        beyond.Headers.TryAddWithoutValidation("Authorization", host.Sign(token));
        using var refused = await host.Client.SendAsync(beyond, ApiHost.Cancellation);
        ((int)refused.StatusCode).Should().Be(416);
        (await host.Core.Machines.GetAsync(machine.Id, ApiHost.Cancellation))!.Version.Should().Be(before, "nothing was delivered");
    }

    [Fact]
    public async Task A_root_archive_comes_with_the_steps_that_prepare_the_disks_as_they_are_configured_now()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync(fileType: "root-tgz");
        var machine = await host.ReadyAsync();
        (await host.GetAsync(await host.TokenAsync(machine), Latest + "maas-disk-plan")).Expect(404);
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        var token = await host.TokenAsync(machine);

        (await host.GetAsync(token, Latest + "maas-task")).Expect(200).Text.Split('\n').Should()
            .Contain(["task=deploy", "image_format=gz", "image_layout=root"]).And.NotContain(line => line.StartsWith("target_disk"));
        var plan = (await host.GetAsync(token, Latest + "maas-disk-plan")).Expect(200).Text.Split('\n');
        plan[0].Should().Be($"disk\td1\t{KnownDisk}");
        plan.Should().ContainInOrder("wipe\td1", "table\td1\tgpt", "commit\td1", "unpack", "fstab").And.Contain(
            line => line.StartsWith("grub-", StringComparison.Ordinal));
        ((int)(await host.GetAsync(host.Bob, Latest + "maas-disk-plan")).Status).Should().BeOneOf(401, 403);
    }

    [Fact]
    public async Task A_root_archive_is_not_deployed_onto_storage_that_cannot_boot()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync(fileType: "tgz");
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=set_storage_layout", ("storage_layout", "blank"))).Expect(200);

        var refused = await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy");

        ((int)refused.Status).Should().BeOneOf(400, 409);
        refused.Text.Should().Contain("Mount the root '/' filesystem to be able to deploy this node.");
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task User_data_ends_a_deployment_only_after_netboot_is_off()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        var token = await host.TokenAsync(machine);

        (await host.GetAsync(token, Latest + "user-data")).Expect(200).Text.Should()
            .Contain("does not install", "no system is on the disk");
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deploying);
        (await host.PostAsync(token, Latest, ("op", "netboot_off"))).Expect(200).Text.Should().Be("OK");
        (await host.GetAsync(token, Latest + "user-data")).Expect(404);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
        (await host.MachineAsync(machine.Id)).IpAddresses.Should().Contain("127.0.0.1");
    }
}
