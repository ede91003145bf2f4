using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.FirstStart;

/// <summary>Makes the first administrator before anything listens.</summary>
internal sealed class FirstStartService(
    MaasOptions options, DataDirectory data, Users users, Settings settings, TimeProvider timeProvider,
    ILogger<FirstStartService> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var place = new AdministratorKeyPlace(options, data);
        return new AdministratorKey(users, settings, place, timeProvider, logger).EnsureAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
