using Maas.Core;
using Maas.Core.Delivery;
using Maas.Core.Nodes;
using Maas.Testing;
using RabbitMQ.Client;

namespace Maas.RabbitMQ.Tests;

/// <summary>Against a real broker.</summary>
public sealed class RabbitMqDeliveryTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private RabbitMqServer _server = null!; // set before each test
    private MaasCore _core = null!; // likewise
    private Task _run = Task.CompletedTask;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RabbitMqServer.GetSharedAsync();
        _core = await MaasCore.OpenAsync(new InMemoryMaasStore(), cancellationToken: Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        if (_core is not null) await _core.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_change_is_a_persistent_message_with_a_routing_key_of_kind_status_and_zone()
    {
        await using var created = await TestQueue.OpenAsync(_server, "created", "machine.created.*.default");
        await using var deleted = await TestQueue.OpenAsync(_server, "deleted", "machine.deleted.#");
        await using var all = await TestQueue.OpenAsync(_server, "all", "#");
        foreach (var queue in (TestQueue[])[created, deleted, all]) await queue.ConsumeAsync();
        await RunAsync(new RabbitMqDestination(new RabbitMqOptions { Url = _server.Url }));

        var machine = await EnlistAsync(1);
        await EditAsync(machine, 1);
        await _core.Machines.DeleteAsync(machine, null, Stop);

        var message = await created.NextAsync();
        message.RoutingKey.Should().Be("machine.created.New.default");
        message.Properties.Should().Match<BasicProperties>(properties =>
            properties.Persistent && properties.MessageId == message.Id && properties.Type == "maas.machine.created"
            && properties.ContentType == "application/cloudevents+json; charset=utf-8" && properties.AppId == "maas");
        message.Subject.Should().Be(machine.ToString());
        (await deleted.NextAsync()).RoutingKey.Should().Be("machine.deleted.-.-");
        List<ReceivedMessage> messages = [await all.NextAsync(), await all.NextAsync(), await all.NextAsync()];
        messages.Select(each => each.Properties.Type).Should()
            .Equal("maas.machine.created", "maas.machine.updated", "maas.machine.deleted");
    }

    [Fact]
    public async Task Nothing_is_lost_when_the_broker_is_killed_and_repeated_messages_have_the_same_id()
    {
        await (await TestQueue.OpenAsync(_server, "killed", "#")).DisposeAsync();
        await RunAsync(new RabbitMqDestination(new RabbitMqOptions { Url = _server.Url, Timeout = TimeSpan.FromSeconds(5) }));
        var machines = new List<SystemId>();
        for (var number = 1; number <= 10; number++) machines.Add(await EnlistAsync(number));

        var editing = Task.WhenAll(machines.Select(machine => EditAsync(machine, 10)));
        await _server.KillAsync();
        await editing;
        await Task.WhenAll(machines.Select(machine => EditAsync(machine, 1)));
        await _server.StartAsync();

        var last = await _core.Machines.GetLastChangeAsync(Stop);
        await using var queue = await TestQueue.OpenAsync(_server, "killed", "#");
        await queue.ConsumeAsync();
        var received = new List<ReceivedMessage>();
        var expected = Enumerable.Range(1, (int)last).Select(number => (long)number).ToHashSet();
        while (expected.Count > 0)
        {
            received.Add(await queue.NextAsync());
            expected.Remove(received[^1].Number);
        }

        received.GroupBy(message => message.Number).Should().OnlyContain(
            same => same.Select(message => message.Id).Distinct().Count() == 1);
        foreach (var machine in received.GroupBy(message => message.Subject))
            machine.DistinctBy(message => message.Id).Select(message => message.Number).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task The_certificate_of_the_broker_is_verified_with_the_authority_of_the_options()
    {
        await using var trusted = new RabbitMqDestination(
            new RabbitMqOptions { Url = _server.TlsUrl, CertificateAuthorityFile = _server.AuthorityFile });
        await using var other = new RabbitMqDestination(new RabbitMqOptions { Url = _server.TlsUrl });

        (await trusted.DeliverAsync(Change(), Stop)).Should().Be(new DeliveryResult.Delivered());
        (await other.DeliverAsync(Change(), Stop)).Should().BeOfType<DeliveryResult.Unavailable>();
    }

    [Fact]
    public async Task A_refused_login_is_a_reason_without_the_password()
    {
        await using var destination = new RabbitMqDestination(new RabbitMqOptions { Url = _server.Url, Password = "hunter2" });

        (await destination.DeliverAsync(Change(), Stop)).Should().BeOfType<DeliveryResult.Unavailable>()
            .Which.Reason.Should().NotContain("hunter2").And.NotContain("guest").And.NotBeEmpty();
    }

    [Fact]
    public async Task A_mandatory_message_that_no_queue_takes_is_refused()
    {
        await using var destination = new RabbitMqDestination(
            new RabbitMqOptions { Url = _server.Url, Exchange = "unbound", Mandatory = true });

        (await destination.DeliverAsync(Change(), Stop)).Should().Be(new DeliveryResult.Rejected("No queue takes the message."));
    }

    internal static ChangeEvent Change(string? zone = "default") => new()
    {
        Id = "1-0",
        Source = "urn:uuid:1",
        Kind = ChangeEventKind.StatusChanged,
        Number = 1,
        At = DateTimeOffset.UnixEpoch,
        Zone = zone,
        Change = new MachineChanged(
            1, DateTimeOffset.UnixEpoch, SystemId.Parse("abc347"), 3, MachineStatus.Deploying, MachineStatus.FailedDeployment, null),
    };

    // Returns when the position is stored: changes from then on are delivered.
    private async Task RunAsync(RabbitMqDestination destination)
    {
        var delivery = _core.CreateDelivery("rabbitmq", destination, new ChangeDeliveryOptions
        {
            Concurrency = 64, FirstRetry = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromMilliseconds(500),
        });
        _run = Task.Run(async () =>
        {
            await delivery.RunAsync(_stop.Token);
            await destination.DisposeAsync();
        });
        while (!delivery.State.Delivers) await Task.Yield();
    }

    private async Task<SystemId> EnlistAsync(int number)
    {
        var created = await _core.Machines.EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse($"52:54:00:00:00:{number:x2}")] }, Stop);
        return created.Should().BeOfType<CreateResult.Created>().Which.Machine.Id;
    }

    private async Task EditAsync(SystemId machine, int count)
    {
        for (var edit = 0; edit < count; edit++)
            await _core.Machines.EditAsync(machine, null, each => each with { Description = $"{each.Version}" }, Stop);
    }
}
