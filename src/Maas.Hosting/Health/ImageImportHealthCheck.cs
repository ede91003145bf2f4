using System.Globalization;
using Maas.Core.Images;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>
/// Whether the last import of images succeeded. It is never worse than degraded: the images of the import before are deployed.
/// </summary>
internal sealed class ImageImportHealthCheck(ImageImports imports) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = await imports.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        if (status.Failures.Count > 0) return HealthCheckResult.Degraded(string.Join(" ", status.Failures));
        return HealthCheckResult.Healthy(
            status.IsRunning
                ? string.Create(CultureInfo.InvariantCulture, $"{status.Received} of {status.Size} bytes of images were imported.")
            : status.Ended is { } ended
                ? string.Create(CultureInfo.InvariantCulture, $"Images were last imported at {ended:yyyy-MM-dd HH:mm:ss} UTC.")
            : "No images were imported yet.");
    }
}
