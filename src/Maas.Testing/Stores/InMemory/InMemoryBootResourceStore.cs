using Maas.Core.Images;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryBootResourceStore(InMemoryDatabase database) : IBootResourceStore
{
    public Task<BootResource?> CreateAsync(NewBootResource resource, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(state => Create(state, resource, now), cancellationToken);

    public Task<IReadOnlyList<BootResource>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<BootResource>)[.. state.BootResources.Values.Select(resource => WithContents(state, resource))],
        cancellationToken);

    public Task<BootResource?> GetAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(
        state => state.BootResources.Find(id) is { } resource ? WithContents(state, resource) : null, cancellationToken);

    public Task<IReadOnlyList<ImageBlob>?> DeleteAsync(long id, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            if (state.BootResources.Find(id) is null) return (state, null);
            return WithoutOrphans(state with { BootResources = state.BootResources.Remove(id) });
        },
        cancellationToken);

    public Task<IReadOnlyList<ImageBlob>?> DeleteFileAsync(long id, long fileId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            state => state.BootResources.Find(id) is { } resource && resource.Sets.Any(set => set.File.Id == fileId)
                ? WithoutOrphans(state with
                {
                    BootResources = state.BootResources.Set(
                        id, resource with { Sets = [.. resource.Sets.Where(set => set.File.Id != fileId)] }),
                })
                : (state, null),
            cancellationToken);

    public Task SetReceivedAsync(string sha256, long received, bool complete, CancellationToken cancellationToken) => database.WriteAsync(
        state => state.Contents.TryGetValue(sha256, out var content)
            ? (state with
            {
                Contents = state.Contents.SetItem(sha256, content with { Received = received, IsComplete = complete }),
            }, true)
            : (state, false),
        cancellationToken);

    private static (InMemoryState Next, IReadOnlyList<ImageBlob>? Result) WithoutOrphans(InMemoryState state)
    {
        var used = state.BootResources.Values.SelectMany(resource => resource.Sets).Select(set => set.File.Sha256).ToHashSet();
        var unused = state.Contents.Where(content => !used.Contains(content.Key)).ToList();
        return (
            state with { Contents = state.Contents.RemoveRange(unused.Select(content => content.Key)) },
            [.. unused.Select(content => new ImageBlob(content.Key, content.Value.Size))]);
    }

    private static (InMemoryState Next, BootResource? Result) Create(InMemoryState state, NewBootResource resource, DateTimeOffset now)
    {
        var content = state.Contents.GetValueOrDefault(resource.Sha256) ?? new StoredContent(resource.Size, 0, false);
        if (content.Size != resource.Size) return (state, null);
        var present = state.BootResources.Values.FirstOrDefault(
            stored => stored.Name == resource.Name && stored.Architecture == resource.Architecture);
        if (present is null)
        {
            var resources = state.BootResources.Add(id => new BootResource
            {
                Id = id, Name = resource.Name, Architecture = resource.Architecture, Created = now,
            });
            state = state with { BootResources = resources };
            present = resources.Find(resources.Last)!; // added above
        }

        present = present with { Title = resource.Title, BaseImage = resource.BaseImage };
        if (present.Sets is not [.., { File: var newest }] || newest.Sha256 != resource.Sha256 || newest.FileType != resource.FileType)
        {
            state = state with { LastBootResourceFile = state.LastBootResourceFile + 1 };
            var file = new BootResourceFile(
                state.LastBootResourceFile, resource.FileType, resource.Size, resource.Sha256, 0, IsComplete: false);
            var version = StoreRules.NextImageVersion(present, now, resource.Version);
            present = present with { Sets = [.. present.Sets, new BootResourceSet(version, file)] };
        }

        state = state with
        {
            BootResources = state.BootResources.Set(present.Id, present), Contents = state.Contents.SetItem(resource.Sha256, content),
        };
        return (state, WithContents(state, present));
    }

    private static BootResource WithContents(InMemoryState state, BootResource resource) => resource with
    {
        Sets =
        [
            .. resource.Sets.Select(set => state.Contents[set.File.Sha256] is var content
                ? set with { File = set.File with { Received = content.Received, IsComplete = content.IsComplete } } : set),
        ],
    };
}
