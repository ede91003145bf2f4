using System.Collections.Concurrent;
using System.Net;

namespace Maas.Hosting.Leases;

/// <summary>
/// Which subnets each network leases. One allocator leases those of all networks: a change of one network gives it all of them.
/// </summary>
/// <param name="networkOf">The network of a subnet.</param>
/// <param name="present">The allocator's subnets, with the reservations that were added and removed since they were set.</param>
internal sealed class SubnetsByNetwork<TSubnet>(Func<TSubnet, IPNetwork> networkOf, Func<IReadOnlyList<TSubnet>> present) : IDisposable
    where TSubnet : class
{
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ConcurrentDictionary<string, IReadOnlyList<TSubnet>> _subnets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Changes the subnets of a network; when <paramref name="lease"/> throws, nothing has changed.</summary>
    public async Task<T> SetAsync<T>(
        string network, IReadOnlyList<TSubnet> subnets, Func<IReadOnlyList<TSubnet>, Task<T>> lease, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var others = _subnets.Where(each => !each.Key.Equals(network, StringComparison.OrdinalIgnoreCase));
            var result = await lease([.. others.SelectMany(each => Present(each.Value)), .. subnets]).ConfigureAwait(false);
            _subnets[network] = subnets;
            return result;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The present subnets of a network; empty before it is served.</summary>
    public IReadOnlyList<TSubnet> Of(string network) => _subnets.TryGetValue(network, out var subnets) ? Present(subnets) : [];

    /// <inheritdoc/>
    public void Dispose() => _changing.Dispose();

    private IReadOnlyList<TSubnet> Present(IReadOnlyList<TSubnet> subnets)
    {
        var all = present();
        return [.. subnets.Select(each => all.FirstOrDefault(other => networkOf(other).Equals(networkOf(each))) ?? each)];
    }
}
