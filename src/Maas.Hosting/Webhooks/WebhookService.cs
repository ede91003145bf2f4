using Maas.Core;
using Maas.Core.Delivery;
using Microsoft.Extensions.Hosting;

namespace Maas.Hosting.Webhooks;

/// <summary>Posts changes of machines to the endpoints of <see cref="MaasOptions.Webhooks"/>.</summary>
internal sealed class WebhookService(MaasOptions options, MaasCore core) : BackgroundService
{
    /// <summary>What names of endpoints begin with where deliveries are named.</summary>
    public const string Prefix = "webhook-";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Webhooks.Count == 0) return;
        using var handler = WebhookConnections.CreateHandler(core.TimeProvider);
        using var http = new HttpMessageInvoker(handler);
        await Task.WhenAll(options.Webhooks.Select(each => DeliveryTo(each.Key, each.Value).RunAsync(stoppingToken)))
            .ConfigureAwait(false);

        ChangeDelivery DeliveryTo(string name, WebhookEndpointOptions endpoint) => core.CreateDelivery(
            Prefix + name, new WebhookDestination(endpoint, http, core.TimeProvider), DeliveryOptionsOf(endpoint));
    }

    /// <summary>The options of the delivery to an endpoint.</summary>
    public static ChangeDeliveryOptions DeliveryOptionsOf(WebhookEndpointOptions endpoint) => new()
    {
        Kinds = [.. endpoint.Kinds],
        Statuses = [.. endpoint.Statuses],
        Concurrency = endpoint.Concurrency,
        MostPending = endpoint.MostPending,
        MostAttempts = endpoint.MostAttempts,
        FirstRetry = endpoint.FirstRetry,
        LongestRetry = endpoint.LongestRetry,
    };
}
