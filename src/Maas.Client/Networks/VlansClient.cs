using System.Globalization;
using Maas.Client.Http;

namespace Maas.Client.Networks;

/// <summary>VLANs. A VLAN is identified by its fabric and its tag, or by its number alone.</summary>
public sealed class VlansClient
{
    private readonly MaasConnection _connection;

    internal VlansClient(MaasConnection connection) => _connection = connection;

    /// <summary>The VLANs of a fabric.</summary>
    public IAsyncEnumerable<MaasVlan> ListAsync(long fabric, CancellationToken cancellationToken = default) =>
        _connection.ListAsync<MaasVlan>(PathOf(fabric), null, cancellationToken);

    /// <summary>Reads a VLAN by its number.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<MaasVlan> GetAsync(long id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasVlan>(string.Create(CultureInfo.InvariantCulture, $"vlans/{id}/"), null, cancellationToken);

    /// <summary>Reads a VLAN by its fabric and tag.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<MaasVlan> GetByTagAsync(long fabric, int vid, CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasVlan>(PathOf(fabric, vid), null, cancellationToken);

    /// <summary>Creates a VLAN.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong.</exception>
    public Task<MaasVlan> CreateAsync(long fabric, VlanFields fields, CancellationToken cancellationToken = default) =>
        _connection.PostAsync<MaasVlan>(PathOf(fabric), new MaasForm().Add(fields), cancellationToken);

    /// <summary>Changes the fields that are set; an empty text clears one.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 404: it does not exist.</exception>
    public Task<MaasVlan> UpdateAsync(long fabric, int vid, VlanFields fields, CancellationToken cancellationToken = default) =>
        _connection.PutAsync<MaasVlan>(PathOf(fabric, vid), new MaasForm().Add(fields), cancellationToken);

    /// <summary>Deletes a VLAN.</summary>
    /// <exception cref="MaasApiException">400: it is in use. 404: it does not exist.</exception>
    public Task DeleteAsync(long fabric, int vid, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(PathOf(fabric, vid), null, cancellationToken);

    private static string PathOf(long fabric) => string.Create(CultureInfo.InvariantCulture, $"fabrics/{fabric}/vlans/");

    private static string PathOf(long fabric, int vid) => string.Create(CultureInfo.InvariantCulture, $"fabrics/{fabric}/vlans/{vid}/");
}
