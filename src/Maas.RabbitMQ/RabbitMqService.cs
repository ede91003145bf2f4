using Maas.Core;
using Maas.Core.Delivery;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Maas.RabbitMQ;

/// <summary>Publishes changes of machines for as long as the host runs.</summary>
internal sealed class RabbitMqService(MaasCore core, IOptions<RabbitMqOptions> options, TimeProvider timeProvider) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var set = options.Value;
        var destination = new RabbitMqDestination(set, timeProvider);
        await using (destination.ConfigureAwait(false))
        {
            await core.CreateDelivery(set.Name, destination, DeliveryOptionsOf(set)).RunAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private static ChangeDeliveryOptions DeliveryOptionsOf(RabbitMqOptions options) => new()
    {
        Kinds = [.. options.Kinds],
        Statuses = [.. options.Statuses],
        Concurrency = options.Concurrency,
        MostAttempts = options.MostAttempts,
    };
}
