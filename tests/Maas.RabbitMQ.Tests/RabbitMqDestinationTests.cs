using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Core.Delivery;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Maas.RabbitMQ.Tests;

/// <summary>What needs no broker.</summary>
public class RabbitMqDestinationTests
{
    [Theory]
    [InlineData("default", "machine.status_changed.FailedDeployment.default")]
    [InlineData("rack 1", "machine.status_changed.FailedDeployment.rack 1")]
    [InlineData("a.b*#c", "machine.status_changed.FailedDeployment.a_b__c")]
    [InlineData(null, "machine.status_changed.FailedDeployment.-")]
    public void A_routing_key_has_four_words(string? zone, string key) =>
        RoutingKey.Of(RabbitMqDeliveryTests.Change(zone)).Should().Be(key);

    [Fact]
    public void A_routing_key_is_as_short_as_the_protocol_demands()
    {
        Encoding.UTF8.GetByteCount(RoutingKey.Of(RabbitMqDeliveryTests.Change(new string('ü', 300)))).Should().BeLessThan(255);
        RoutingKey.Of(RabbitMqDeliveryTests.Change() with { Kind = ChangeEventKind.HistoryExpired, Change = null })
            .Should().Be("history_expired");
    }

    [Fact]
    public async Task A_broker_that_does_not_listen_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var destination = new RabbitMqDestination(
            new RabbitMqOptions { Url = new Uri($"amqp://ann:hunter2@127.0.0.1:{port}/") });

        (await destination.DeliverAsync(RabbitMqDeliveryTests.Change(), TestContext.Current.CancellationToken))
            .Should().Be(new DeliveryResult.Unavailable("The broker cannot be reached: ConnectionRefused"));
    }

    [Theory]
    [InlineData("Url", "http://rabbit/", "*Url: The value must be an amqp or amqps address*")]
    [InlineData("Timeout", "00:00:00", "*Timeout: The value must be between 1 second and 5 minutes*")]
    [InlineData("Name", "a b", "*Name*")]
    [InlineData("Concurrency", "1000", "*Concurrency*")]
    public void Options_are_read_from_configuration_and_checked(string key, string value, string message)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Url"] = "amqp://rabbit/", [key] = value })
            .Build();
        var services = new ServiceCollection();
        services.Configure<RabbitMqOptions>(configuration);
        new Builder(services).AddRabbitMq();
        using var provider = services.BuildServiceProvider();

        var reading = () => provider.GetRequiredService<IOptions<RabbitMqOptions>>().Value;

        reading.Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    private sealed record Builder(IServiceCollection Services) : IMaasBuilder;
}
