using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Health;

/// <summary>The checks of the store of this host, each made once.</summary>
internal sealed class SharedHealthChecks(IServiceProvider services, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<Type, SharedHealthCheck> _checks = new();

    /// <summary>The check of a kind.</summary>
    public IHealthCheck Get<TCheck>(Func<IServiceProvider, TCheck> create)
        where TCheck : class, IHealthCheck =>
        _checks.GetOrAdd(typeof(TCheck), _ => new SharedHealthCheck(create(services), timeProvider));
}
