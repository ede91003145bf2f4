using Maas.Core.Images;

namespace Maas.Testing.Stores.Contract;

internal sealed class BootResourceStoreContract : StoreCases
{
    private IBootResourceStore Resources => Store.BootResources;

    public async Task A_resource_is_created_with_its_first_version()
    {
        var created = await CreateResourceAsync(Image("custom/debian-12", "aa", 10) with { Title = "Debian", BaseImage = "debian/12" })
            .ConfigureAwait(false);

        var file = created.Sets.Single().File;
        Expect.Equal(
            new BootResource
            {
                Id = created.Id,
                Name = "custom/debian-12",
                Architecture = "amd64/generic",
                Title = "Debian",
                BaseImage = "debian/12",
                Created = Now,
                Sets = [new BootResourceSet("20261123", new BootResourceFile(file.Id, "ddgz", 10, "aa", 0, false))],
            },
            created);
        Expect.Equal(created, await Resources.GetAsync(created.Id, Token).ConfigureAwait(false));
        Expect.Equal(null, await Resources.GetAsync(created.Id + 1, Token).ConfigureAwait(false));
    }

    public async Task Versions_of_a_day_are_counted()
    {
        var first = await CreateResourceAsync(Image("custom/x", "aa", 10)).ConfigureAwait(false);
        await CreateResourceAsync(Image("custom/x", "bb", 11)).ConfigureAwait(false);
        await CreateResourceAsync(Image("custom/x", "aa", 10)).ConfigureAwait(false);
        var last = await CreateResourceAsync(Image("custom/x", "cc", 12), Now.AddDays(1)).ConfigureAwait(false);

        Expect.Equal(first.Id, last.Id);
        Expect.Equal(Now, last.Created);
        Expect.Sequence(["20261123", "20261123.1", "20261123.2", "20261124"], last.Sets.Select(set => set.Version));
        Expect.Sequence(["aa", "bb", "aa", "cc"], last.Sets.Select(set => set.File.Sha256));
    }

    public async Task The_newest_version_again_is_no_new_one_but_its_title_counts()
    {
        await CreateResourceAsync(Image("custom/x", "aa", 10)).ConfigureAwait(false);
        var again = await CreateResourceAsync(Image("custom/x", "aa", 10) with { Title = "New" }, Now.AddDays(1)).ConfigureAwait(false);
        Expect.Equal(1, again.Sets.Count);
        Expect.Equal("New", again.Title);

        var otherType = await CreateResourceAsync(Image("custom/x", "aa", 10) with { FileType = "tgz" }).ConfigureAwait(false);
        Expect.Equal(2, otherType.Sets.Count);
        Expect.Equal("", otherType.Title);
    }

    public async Task Name_and_architecture_tell_resources_apart()
    {
        var first = await CreateResourceAsync(Image("custom/x", "aa", 10)).ConfigureAwait(false);
        var second = await CreateResourceAsync(Image("custom/x", "aa", 10) with { Architecture = "arm64/generic" }).ConfigureAwait(false);
        var third = await CreateResourceAsync(Image("custom/X", "aa", 10)).ConfigureAwait(false);

        Expect.Sequence([first, second, third], await Resources.ListAsync(Token).ConfigureAwait(false));
        Expect.True(first.Id >= 1 && first.Id < second.Id && second.Id < third.Id, "Ids ascend from 1");
    }

    public async Task A_hash_has_one_size()
    {
        await CreateResourceAsync(Image("custom/x", "aa", 10)).ConfigureAwait(false);
        Expect.Equal(null, await Resources.CreateAsync(Image("custom/y", "aa", 11), Now, Token).ConfigureAwait(false));
        Expect.Equal(1, (await Resources.ListAsync(Token).ConfigureAwait(false)).Count);
    }

    public async Task What_was_received_is_recorded_for_all_files_of_the_hash()
    {
        await CreateResourceAsync(Image("custom/x", "aa", 10)).ConfigureAwait(false);
        await CreateResourceAsync(Image("custom/y", "aa", 10)).ConfigureAwait(false);

        await Resources.SetReceivedAsync("aa", 7, false, Token).ConfigureAwait(false);
        await Resources.SetReceivedAsync("unknown", 7, true, Token).ConfigureAwait(false);
        foreach (var resource in await Resources.ListAsync(Token).ConfigureAwait(false))
            Expect.Equal((7L, false), (resource.Sets[0].File.Received, resource.Sets[0].File.IsComplete));

        await Resources.SetReceivedAsync("aa", 10, true, Token).ConfigureAwait(false);
        var third = await CreateResourceAsync(Image("custom/z", "aa", 10)).ConfigureAwait(false);
        Expect.Equal((10L, true), (third.Sets[0].File.Received, third.Sets[0].File.IsComplete));
    }

    public async Task A_deletion_returns_the_contents_that_nothing_refers_to()
    {
        var first = await CreateResourceAsync(Image("custom/x", "aa", 10)).ConfigureAwait(false);
        await CreateResourceAsync(Image("custom/x", "bb", 11)).ConfigureAwait(false);
        var second = await CreateResourceAsync(Image("custom/y", "aa", 10)).ConfigureAwait(false);

        Expect.Sequence(
            [new ImageBlob("bb", 11)], Expect.NotNull(await Resources.DeleteAsync(first.Id, Token).ConfigureAwait(false)));
        Expect.Equal(null, await Resources.DeleteAsync(first.Id, Token).ConfigureAwait(false));
        Expect.Sequence([second.Id], (await Resources.ListAsync(Token).ConfigureAwait(false)).Select(resource => resource.Id));
        Expect.Sequence(
            [new ImageBlob("aa", 10)], Expect.NotNull(await Resources.DeleteAsync(second.Id, Token).ConfigureAwait(false)));

        var again = await CreateResourceAsync(Image("custom/x", "aa", 12)).ConfigureAwait(false);
        Expect.True(again.Id > second.Id, "An id is given once");
        Expect.Equal(0L, again.Sets.Single().File.Received);
    }

    public async Task A_named_version_keeps_its_name()
    {
        await CreateResourceAsync(Image("custom/x", "aa", 10) with { Version = "20240601" }).ConfigureAwait(false);
        var changed = await CreateResourceAsync(Image("custom/x", "bb", 11) with { Version = "20240601" }).ConfigureAwait(false);

        Expect.Sequence(["20240601", "20240601.1"], changed.Sets.Select(set => set.Version));
    }

    public async Task A_version_is_deleted_alone()
    {
        var first = await CreateResourceAsync(Image("custom/x", "aa", 10)).ConfigureAwait(false);
        var second = await CreateResourceAsync(Image("custom/x", "bb", 11)).ConfigureAwait(false);
        var old = first.Sets.Single().File.Id;

        Expect.Sequence(
            [new ImageBlob("aa", 10)], Expect.NotNull(await Resources.DeleteFileAsync(first.Id, old, Token).ConfigureAwait(false)));
        Expect.Equal(null, await Resources.DeleteFileAsync(first.Id, old, Token).ConfigureAwait(false));
        Expect.Equal(null, await Resources.DeleteFileAsync(first.Id + 1, second.Sets[1].File.Id, Token).ConfigureAwait(false));
        var left = Expect.NotNull(await Resources.GetAsync(first.Id, Token).ConfigureAwait(false));
        Expect.Sequence([second.Sets[1]], left.Sets);
    }

    private static NewBootResource Image(string name, string sha256, long size) =>
        new() { Name = name, Architecture = "amd64/generic", FileType = "ddgz", Sha256 = sha256, Size = size };

    private async Task<BootResource> CreateResourceAsync(NewBootResource resource, DateTimeOffset? now = null) =>
        Expect.NotNull(await Resources.CreateAsync(resource, now ?? Now, Token).ConfigureAwait(false));
}
