using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Networks;

/// <summary>The network interfaces of machines and devices.</summary>
public sealed class InterfacesClient : MaasNodeCollection<MaasInterface, InterfaceFields>
{
    internal InterfacesClient(MaasConnection connection)
        : base(connection, "interfaces")
    {
    }

    /// <summary>Adds a physical interface.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 409: the machine's status does not allow it.</exception>
    public Task<MaasInterface> CreatePhysicalAsync(
        string systemId,
        InterfaceFields fields,
        CancellationToken cancellationToken = default) => CreateAsync(systemId, "create_physical", fields, cancellationToken);

    /// <summary>Combines interfaces (<see cref="InterfaceFields.Parents"/>) to a bond.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 409: the machine's status does not allow it.</exception>
    public Task<MaasInterface> CreateBondAsync(string systemId, InterfaceFields fields, CancellationToken cancellationToken = default) =>
        CreateAsync(systemId, "create_bond", fields, cancellationToken);

    /// <summary>Adds a bridge on an interface (<see cref="InterfaceFields.Parent"/>).</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 409: the machine's status does not allow it.</exception>
    public Task<MaasInterface> CreateBridgeAsync(string systemId, InterfaceFields fields, CancellationToken cancellationToken = default) =>
        CreateAsync(systemId, "create_bridge", fields, cancellationToken);

    /// <summary>Adds a VLAN interface on an interface (<see cref="InterfaceFields.Parent"/>).</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 409: the machine's status does not allow it.</exception>
    public Task<MaasInterface> CreateVlanAsync(string systemId, InterfaceFields fields, CancellationToken cancellationToken = default) =>
        CreateAsync(systemId, "create_vlan", fields, cancellationToken);

    /// <summary>Gives an interface an address on a subnet.</summary>
    /// <exception cref="MaasApiException">400: the address is not free, or a field is wrong.</exception>
    public Task<MaasInterface> LinkSubnetAsync(
        string systemId,
        long id,
        LinkFields fields,
        CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "link_subnet", new MaasForm().Add(fields), cancellationToken);

    /// <summary>Removes an address of an interface.</summary>
    /// <param name="systemId">The machine.</param>
    /// <param name="id">The interface.</param>
    /// <param name="link">The number of the link (<see cref="MaasInterfaceLink.Id"/>).</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<MaasInterface> UnlinkSubnetAsync(string systemId, long id, long link, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "unlink_subnet", new MaasForm().Add("id", link), cancellationToken);

    /// <summary>Removes all addresses and the VLAN of an interface.</summary>
    public Task<MaasInterface> DisconnectAsync(string systemId, long id, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "disconnect", new MaasForm(), cancellationToken);

    /// <summary>Makes the router of a link's subnet the default route.</summary>
    public Task<MaasInterface> SetDefaultGatewayAsync(
        string systemId,
        long id,
        long? link = null,
        CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "set_default_gateway", new MaasForm().Add("link_id", link), cancellationToken);

    /// <summary>Adds a tag.</summary>
    public Task<MaasInterface> AddTagAsync(string systemId, long id, string tag, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "add_tag", new MaasForm().Add("tag", tag), cancellationToken);

    /// <summary>Removes a tag.</summary>
    public Task<MaasInterface> RemoveTagAsync(string systemId, long id, string tag, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "remove_tag", new MaasForm().Add("tag", tag), cancellationToken);

    private Task<MaasInterface> CreateAsync(string systemId, string op, InterfaceFields fields, CancellationToken cancellationToken) =>
        Connection.PostAsync<MaasInterface>($"{ListPath(systemId)}?op={op}", new MaasForm().Add(fields), cancellationToken);
}
