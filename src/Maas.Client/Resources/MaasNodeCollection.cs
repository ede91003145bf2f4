using System.Globalization;
using Maas.Client.Http;

namespace Maas.Client.Resources;

/// <summary>Objects of one kind that belong to a machine or a device: list, read, change, delete.</summary>
/// <typeparam name="TItem">The object.</typeparam>
/// <typeparam name="TFields">The arguments of <see cref="UpdateAsync"/>.</typeparam>
public class MaasNodeCollection<TItem, TFields>
    where TItem : class
    where TFields : IMaasFields
{
    private readonly string _name;
    private readonly string _itemName;

    internal MaasNodeCollection(MaasConnection connection, string name, string? itemName = null) =>
        (Connection, _name, _itemName) = (connection, name, itemName ?? name);

    private protected MaasConnection Connection { get; }

    /// <summary>All objects of a machine, each read when it has arrived.</summary>
    public IAsyncEnumerable<TItem> ListAsync(string systemId, CancellationToken cancellationToken = default) =>
        Connection.ListAsync<TItem>(ListPath(systemId), null, cancellationToken);

    /// <summary>Reads an object.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<TItem> GetAsync(string systemId, long id, CancellationToken cancellationToken = default) =>
        Connection.GetAsync<TItem>(ItemPath(systemId, id), null, cancellationToken);

    /// <summary>Changes the fields of an object that are set; an empty text clears one.</summary>
    /// <exception cref="MaasApiException">
    /// 400: a field is wrong. 404: it does not exist. 409: the machine's status does not allow it.
    /// </exception>
    public Task<TItem> UpdateAsync(string systemId, long id, TFields fields, CancellationToken cancellationToken = default) =>
        Connection.PutAsync<TItem>(ItemPath(systemId, id), new MaasForm().Add(fields), cancellationToken);

    /// <summary>Deletes an object.</summary>
    /// <exception cref="MaasApiException">404: it does not exist. 409: the machine's status does not allow it.</exception>
    public Task DeleteAsync(string systemId, long id, CancellationToken cancellationToken = default) =>
        Connection.DeleteAsync(ItemPath(systemId, id), null, cancellationToken);

    private protected string ListPath(string systemId) => $"nodes/{PathPart.Of(systemId)}/{_name}/";

    private protected string ItemPath(string systemId, long id) =>
        string.Create(CultureInfo.InvariantCulture, $"nodes/{PathPart.Of(systemId)}/{_itemName}/{id}/");

    /// <summary>An operation of one object that answers with the object.</summary>
    private protected Task<TItem> DoAsync(string systemId, long id, string op, MaasForm form, CancellationToken cancellationToken) =>
        Connection.PostAsync<TItem>($"{ItemPath(systemId, id)}?op={op}", form, cancellationToken);
}
