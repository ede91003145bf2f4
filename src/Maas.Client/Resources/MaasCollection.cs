using System.Globalization;
using Maas.Client.Http;

namespace Maas.Client.Resources;

/// <summary>Objects of one kind on the server: list, read, create, change, delete.</summary>
/// <typeparam name="TItem">The object.</typeparam>
/// <typeparam name="TKey">What identifies one: a number or a name.</typeparam>
/// <typeparam name="TFields">The arguments of <see cref="CreateAsync"/> and <see cref="UpdateAsync"/>.</typeparam>
/// <example><code>
/// var space = await client.Spaces.CreateAsync(new() { Name = "storage" });
/// await foreach (var subnet in client.Subnets.ListAsync()) Console.WriteLine(subnet.Cidr);
/// </code></example>
public class MaasCollection<TItem, TKey, TFields>
    where TItem : class
    where TKey : notnull
    where TFields : IMaasFields
{
    private readonly string _itemPath;

    internal MaasCollection(MaasConnection connection, string path, string? itemPath = null)
    {
        (Connection, Path) = (connection, path);
        _itemPath = itemPath ?? path;
    }

    private protected MaasConnection Connection { get; }

    private protected string Path { get; }

    /// <summary>All objects, each read when it has arrived.</summary>
    public IAsyncEnumerable<TItem> ListAsync(CancellationToken cancellationToken = default) =>
        Connection.ListAsync<TItem>(Path, null, cancellationToken);

    /// <summary>Reads an object.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<TItem> GetAsync(TKey key, CancellationToken cancellationToken = default) =>
        Connection.GetAsync<TItem>(ItemPath(key), null, cancellationToken);

    /// <summary>Creates an object.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong (<see cref="MaasApiException.Errors"/>).</exception>
    public Task<TItem> CreateAsync(TFields fields, CancellationToken cancellationToken = default) =>
        Connection.PostAsync<TItem>(Path, new MaasForm().Add(fields), cancellationToken);

    /// <summary>Changes the fields of an object that are set; an empty text clears one.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 404: it does not exist.</exception>
    public Task<TItem> UpdateAsync(TKey key, TFields fields, CancellationToken cancellationToken = default) =>
        Connection.PutAsync<TItem>(ItemPath(key), new MaasForm().Add(fields), cancellationToken);

    /// <summary>Deletes an object.</summary>
    /// <exception cref="MaasApiException">400: it is in use. 404: it does not exist.</exception>
    public Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) =>
        Connection.DeleteAsync(ItemPath(key), null, cancellationToken);

    private protected string ItemPath(TKey key) =>
        $"{_itemPath}{PathPart.Of(Convert.ToString(key, CultureInfo.InvariantCulture) ?? "")}/";
}
