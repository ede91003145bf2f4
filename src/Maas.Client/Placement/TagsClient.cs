using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Placement;

/// <summary>Tags. The machines of a tag are <c>client.Machines.ListAsync(new() { Tags = [name] })</c>.</summary>
public sealed class TagsClient : MaasCollection<MaasTag, string, TagFields>
{
    internal TagsClient(MaasConnection connection)
        : base(connection, "tags/")
    {
    }

    /// <summary>Sets a tag on machines and removes it from others, in one request.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="add">System ids of machines that get it.</param>
    /// <param name="remove">System ids of machines that lose it.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>How many machines have changed.</returns>
    public Task<MaasTagUpdate> UpdateMachinesAsync(
        string name,
        IEnumerable<string>? add = null,
        IEnumerable<string>? remove = null,
        CancellationToken cancellationToken = default) => Connection.PostAsync<MaasTagUpdate>(
            $"{ItemPath(name)}?op=update_nodes", new MaasForm().Add("add", add).Add("remove", remove), cancellationToken);

    /// <summary>Has the server evaluate the definition of a tag again.</summary>
    public Task RebuildAsync(string name, CancellationToken cancellationToken = default) =>
        Connection.PostAsync($"{ItemPath(name)}?op=rebuild", new MaasForm(), cancellationToken);
}
