using System.Globalization;
using Maas.Hosting.Images;
using Maas.Images;
using Maas.Images.Peers;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>
/// Whether images that this host lacks can be fetched from other hosts. It is never worse than degraded: the other hosts deploy them.
/// </summary>
internal sealed class PeerHealthCheck(PeerImages peers) : IHealthCheck
{
    private const int MostNamed = 10;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (peers.Shared is not { Cache.State: var state }) return HealthCheckResult.Healthy("Images are not shared with other hosts.");
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{state.Bytes} bytes of images came from other hosts; {state.Fetching} images are being fetched");
        if (state.Failed.Count == 0) return HealthCheckResult.Healthy($"{text}.");
        var names = (await peers.Core.BootResources.ListAsync(cancellationToken).ConfigureAwait(false))
            .SelectMany(resource => resource.Sets.Select(set => (resource.Name, set.Version, Digest: Sha256Digest.Parse(set.File.Sha256))))
            .Where(image => state.Failed.ContainsKey(image.Digest))
            .Select(image => $"{image.Name} {image.Version}: {ReasonOf(state.Failed[image.Digest])}").Take(MostNamed).ToList();
        return names.Count == 0
            ? HealthCheckResult.Healthy($"{text}.")
            : HealthCheckResult.Degraded($"{string.Join("; ", names)}. {text}.");
    }

    private static string ReasonOf(PeerFetchFailure failure) => failure switch
    {
        PeerFetchFailure.NotFound => "no host has it",
        PeerFetchFailure.NoSpace => "there is no room for it",
        _ => "the hosts that may have it cannot be asked or failed",
    };
}
