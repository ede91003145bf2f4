using Maas.Core.Accounts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.FirstStart;

/// <summary>Makes the first administrator before anything listens.</summary>
internal sealed class FirstStartService(MaasOptions options, DataDirectory data, Users users, ILogger<FirstStartService> logger)
    : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var path = options.AdministratorKeyFile is { } file ? Path.GetFullPath(file) : data.Of(AdministratorKey.FileName);
        return AdministratorKey.EnsureAsync(users, path, logger, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
