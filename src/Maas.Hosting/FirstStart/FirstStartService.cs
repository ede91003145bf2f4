using Maas.Core.Accounts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.FirstStart;

/// <summary>Makes the first administrator before anything listens.</summary>
internal sealed class FirstStartService(DataDirectory data, Users users, ILogger<FirstStartService> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) =>
        AdministratorKey.EnsureAsync(users, data.Path, logger, cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
