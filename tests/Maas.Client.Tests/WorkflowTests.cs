using System.Net;
using System.Security.Cryptography;
using Maas.Client.Machines;
using Maas.Conformance;
using Maas.Conformance.Tests;

namespace Maas.Client.Tests;

/// <summary>Whole workflows against this project's server over HTTP.</summary>
public sealed class WorkflowTests(TestServer host) : IClassFixture<TestServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_checked_and_a_wrong_one_is_401()
    {
        using var client = Client();
        using var wrong = new MaasClient(host.Root, MaasApiKey.Parse("a:b:c"));

        (await client.Users.WhoAmIAsync(Cancellation)).IsSuperuser.Should().BeTrue();
        (await client.Version.GetAsync(Cancellation)).Capabilities.Should().Contain("network-deployment-ubuntu");
        var asking = () => wrong.Users.WhoAmIAsync(Cancellation);

        (await asking.Should().ThrowAsync<MaasApiException>()).Which.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_machine_is_created_commissioned_allocated_deployed_and_released()
    {
        using var client = Client();
        using var server = host.NewServer();
        var content = RandomNumberGenerator.GetBytes(5 << 20);
        var image = await client.BootResources.UploadAsync(
            new() { Name = "custom/workflow", FileType = "ddraw" }, new MemoryStream(content), null, Cancellation);
        image.Sets.Values.Single().Files.Values.Single().Sha256.Should().Be(Convert.ToHexStringLower(SHA256.HashData(content)));

        var created = await client.Machines.CreateAsync(
            new()
            {
                Architecture = "amd64", MacAddresses = ["52:54:00:aa:00:01"], Hostname = "workflow", PowerType = "manual",
                Commission = false,
            },
            Cancellation);
        created.Status.Should().Be(MaasMachineStatus.New);
        var id = created.SystemId;
        await MachineNode.CommissionAsync(server, id);
        var ready = await client.Machines.WaitForStatusAsync(id, MaasMachineStatus.Ready, null, Cancellation);
        (ready.CpuCount, ready.Memory, ready.BlockDevices.Count).Should().Be((4, 4096, 4));

        var allocated = await client.Machines.AllocateAsync(new() { SystemId = id, Memory = 1024, AgentName = "w" }, Cancellation);
        allocated!.Owner.Should().Be("admin");
        allocated.ConstraintsByType.Should().NotBeNull();
        (await client.Machines.AllocateAsync(new() { SystemId = id }, Cancellation)).Should().BeNull("it is taken");
        (await client.Machines.SetOwnerDataAsync(id, [new("role", "db")], Cancellation)).OwnerData.Should().Contain("role", "db");

        var userData = "#cloud-config\n{}\n"u8.ToArray();
        var deploying = await client.Machines.DeployAsync(id, new() { UserData = userData }, Cancellation);
        deploying.Status.Should().Be(MaasMachineStatus.Deploying);
        var node = await MachineNode.OfAsync(server, id);
        (await node.FinishDeploymentAsync()).Expect(200).Body.Should().Equal(userData);
        var deployed = await client.Machines.WaitForStatusAsync(id, MaasMachineStatus.Deployed, null, Cancellation);
        deployed.Osystem.Should().Be("custom");

        await client.Machines.ReleaseAsync(id, new() { Comment = "done" }, Cancellation);
        var released = await client.Machines.WaitForStatusAsync(
            id, MaasMachineStatus.Ready, new() { Interval = TimeSpan.FromMilliseconds(50) }, Cancellation);
        (released.Owner, released.OwnerData.Count).Should().Be((null, 0));

        await client.Machines.DeleteAsync(id, Cancellation);
        await client.BootResources.DeleteAsync(image.Id, Cancellation);
        (await client.Machines.ListAsync(new() { SystemIds = [id] }, Cancellation).ToListAsync(Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task Events_of_a_machine_are_read_page_by_page()
    {
        using var client = Client();
        var machine = await NewMachineAsync(client, "52:54:00:aa:00:02");
        for (var i = 0; i < 5; i++)
        {
            await client.Machines.LockAsync(machine.SystemId, Cancellation);
            await client.Machines.UnlockAsync(machine.SystemId, Cancellation);
        }

        var query = new Maas.Client.Events.MaasEventQuery { SystemIds = [machine.SystemId], Limit = 3, Level = "DEBUG" };
        var events = await client.Events.ListAsync(query, Cancellation).ToListAsync(Cancellation);

        events.Should().HaveCountGreaterThan(9).And.OnlyContain(each => each.Node == machine.SystemId && each.CreatedAt != null);
        events.Select(each => each.Id).Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
        await foreach (var next in client.Events.WatchAsync(query, after: events[^1].Id, cancellationToken: Cancellation))
        {
            next.Id.Should().Be(events[^2].Id);
            break;
        }
    }

    [Fact]
    public async Task Files_are_written_listed_read_and_deleted()
    {
        using var client = Client();
        var content = RandomNumberGenerator.GetBytes(100_000);

        await client.Files.WriteAsync("state/provider", content, Cancellation);
        (await client.Files.ListAsync("state/", Cancellation).SingleAsync(Cancellation)).Filename.Should().Be("state/provider");
        await using (var stream = await client.Files.OpenAsync("state/provider", Cancellation))
        {
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy, Cancellation);
            copy.ToArray().Should().Equal(content);
        }

        await client.Files.DeleteAsync("state/provider", Cancellation);
        (await client.Files.ListAsync(cancellationToken: Cancellation).CountAsync(Cancellation)).Should().Be(0);
    }

    [Fact]
    public async Task Tags_are_set_on_machines_in_one_request()
    {
        using var client = Client();
        var machines = new[]
        {
            await NewMachineAsync(client, "52:54:00:aa:00:03"), await NewMachineAsync(client, "52:54:00:aa:00:04"),
        };
        await client.Tags.CreateAsync(new() { Name = "gpu", Comment = "has one" }, Cancellation);

        var update = await client.Tags.UpdateMachinesAsync("gpu", machines.Select(each => each.SystemId), null, Cancellation);

        update.Added.Should().Be(2);
        (await client.Machines.ListAsync(new() { Tags = ["gpu"] }, Cancellation).Select(each => each.SystemId).ToListAsync(Cancellation))
            .Should().Equal(machines.Select(each => each.SystemId));
        await client.Tags.DeleteAsync("gpu", Cancellation);
        (await client.Machines.GetAsync(machines[0].SystemId, Cancellation)).Tags.Should().BeEmpty();
    }

    [Fact]
    public async Task Keys_users_and_settings()
    {
        using var client = Client();
        var key = await client.Account.CreateKeyAsync("laptop", Cancellation);
        (await client.Account.ListKeysAsync(Cancellation).ToListAsync(Cancellation)).Should().Contain(each =>
            each.Name == "laptop" && each.Key.TokenKey == key.TokenKey);
        using (var other = new MaasClient(host.Root, key)) (await other.Users.WhoAmIAsync(Cancellation)).Username.Should().Be("admin");
        await client.Account.DeleteKeyAsync(key.TokenKey, Cancellation);

        var user = await client.Users.CreateAsync("alice", "alice@example.com", "correct horse battery", false, Cancellation);
        user.IsSuperuser.Should().BeFalse();
        await client.Users.DeleteAsync("alice", null, Cancellation);

        await client.Configuration.SetAsync("maas_name", "lab", Cancellation);
        (await client.Configuration.GetAsync("maas_name", Cancellation)).GetString().Should().Be("lab");
    }

    [Fact]
    public async Task SSH_keys()
    {
        using var client = Client();
        const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJv8nrj0hXbAwj4HMIQS1SjPDKtmnYxH0RU4nQ8+1rb lab";

        var created = await client.SshKeys.CreateAsync(Key, Cancellation);

        (await client.SshKeys.ListAsync(Cancellation).SingleAsync(Cancellation)).Key.Should().Be(Key);
        (await client.SshKeys.GetAsync(created.Id, Cancellation)).Keysource.Should().BeNull();
        await client.SshKeys.DeleteAsync(created.Id, Cancellation);
    }

    [Fact]
    public async Task A_list_of_many_machines_is_read_one_by_one()
    {
        using var client = Client();
        for (var i = 0; i < 200; i++) await NewMachineAsync(client, $"52:54:00:bb:00:{i:x2}");
        var count = 0;

        await foreach (var machine in client.Machines.ListAsync(Cancellation))
        {
            machine.SystemId.Should().NotBeEmpty();
            count++;
        }

        count.Should().BeGreaterThanOrEqualTo(200);
    }

    [Fact]
    public async Task A_field_that_is_wrong_is_named()
    {
        using var client = Client();

        var creating = () => client.Machines.CreateAsync(new() { Architecture = "amd64", MacAddresses = ["zz"] }, Cancellation);

        (await creating.Should().ThrowAsync<MaasApiException>()).Which.Errors.Should().ContainKey("mac_addresses");
    }

    private static Task<MaasMachine> NewMachineAsync(MaasClient client, string mac) => client.Machines.CreateAsync(
        new() { Architecture = "amd64", MacAddresses = [mac], PowerType = "manual", Commission = false }, Cancellation);

    private MaasClient Client() => new(host.Root, MaasApiKey.Parse(host.AdminKey));
}
