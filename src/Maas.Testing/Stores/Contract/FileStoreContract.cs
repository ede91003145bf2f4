using Maas.Core;
using Maas.Core.Files;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

internal sealed class FileStoreContract : StoreCases
{
    private IFileStore Files => Store.Files;

    protected override StoreLimits Limits { get; } = new() { Quotas = new StoreQuotas { FilesPerUser = 30, FileBytesPerUser = 100 } };

    public async Task A_file_is_found_by_owner_and_name_and_by_key()
    {
        var file = await PutAsync("alice", "a/b", "key1", [0, 1, 255]).ConfigureAwait(false);
        var other = await PutAsync("bob", "a/b", "key2", [2]).ConfigureAwait(false);
        var none = await PutAsync(null, "a/b", "key3", []).ConfigureAwait(false);

        Expect.Equal(new StoredFile("alice", "a/b", "key1", new byte[] { 0, 1, 255 }), file);
        Expect.Equal(file, await Files.FindAsync("alice", "a/b", Token).ConfigureAwait(false));
        Expect.Equal(other, await Files.FindAsync("bob", "a/b", Token).ConfigureAwait(false));
        Expect.Equal(none, await Files.FindAsync(null, "a/b", Token).ConfigureAwait(false));
        Expect.Equal(file, await Files.FindByKeyAsync("key1", Token).ConfigureAwait(false));
        Expect.Equal(null, await Files.FindByKeyAsync("KEY1", Token).ConfigureAwait(false));
        Expect.Equal(null, await Files.FindAsync("Alice", "a/b", Token).ConfigureAwait(false));
        Expect.Equal(null, await Files.FindAsync("alice", "A/B", Token).ConfigureAwait(false));
    }

    public async Task A_file_that_is_stored_again_keeps_its_key()
    {
        await PutAsync("alice", "a", "key1", [1]).ConfigureAwait(false);
        var again = await PutAsync("alice", "a", "key2", [2, 3]).ConfigureAwait(false);

        Expect.Equal(new StoredFile("alice", "a", "key1", new byte[] { 2, 3 }), again);
        Expect.Equal(again, await Files.FindByKeyAsync("key1", Token).ConfigureAwait(false));
        Expect.Equal(null, await Files.FindByKeyAsync("key2", Token).ConfigureAwait(false));
        Expect.Equal(1, (await Files.ListAsync("alice", "", Token).ConfigureAwait(false)).Count);
    }

    public async Task The_file_that_was_created_last_is_found_without_its_owner()
    {
        await PutAsync("alice", "a", "key1", [1]).ConfigureAwait(false);
        await PutAsync("bob", "a", "key2", [2]).ConfigureAwait(false);
        await PutAsync("alice", "a", "key3", [3]).ConfigureAwait(false);

        Expect.Equal("key2", (await Files.FindAnyAsync("a", Token).ConfigureAwait(false))?.Key);
        Expect.Equal(null, await Files.FindAnyAsync("b", Token).ConfigureAwait(false));
    }

    public async Task Files_are_listed_by_name_without_content()
    {
        foreach (var name in (string[])["b", "a/2", "B", "a/1", "\U0001F600", "\uFF5E"])
            await PutAsync("alice", name, $"key of {name}", [1]).ConfigureAwait(false);
        await PutAsync("bob", "a/3", "other", [1]).ConfigureAwait(false);

        var files = await Files.ListAsync("alice", "", Token).ConfigureAwait(false);

        Expect.Sequence(["B", "a/1", "a/2", "b", "\uFF5E", "\U0001F600"], files.Select(file => file.Name));
        Expect.Equal(new StoredFile("alice", "a/1", "key of a/1", default), files[1]);
        Expect.Equal(0, (await Files.ListAsync(null, "", Token).ConfigureAwait(false)).Count);
    }

    public async Task A_prefix_is_text_and_no_pattern()
    {
        string[] names = ["100%", "100x", "a_b", "axb", "Straße", "Strasse", "\U0001F600x", "\U0001F601", "a*b", "[a]", "a\\b", "'"];
        foreach (var name in names) await PutAsync("alice", name, $"key of {name}", []).ConfigureAwait(false);

        foreach (var prefix in (string[])["100%", "%", "_", "a_", "a*", "Stra", "Straß", "STRA", "\U0001F600", "[", "a\\", "'", "", "x"])
        {
            Expect.Sequence(
                names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StoreRules.TextOrder),
                (await Files.ListAsync("alice", prefix, Token).ConfigureAwait(false)).Select(file => file.Name));
        }
    }

    public async Task Text_is_kept_as_it_is()
    {
        foreach (var text in HostileTexts.Where(text => text.Length > 0))
        {
            await PutAsync(text, text, text, [1]).ConfigureAwait(false);
            Expect.Equal(text, (await Files.FindAsync(text, text, Token).ConfigureAwait(false))?.Name);
            Expect.Equal(text, (await Files.FindByKeyAsync(text, Token).ConfigureAwait(false))?.Owner);
        }
    }

    public async Task A_file_is_deleted_by_owner_and_name()
    {
        await PutAsync("alice", "a", "key1", []).ConfigureAwait(false);
        await PutAsync(null, "a", "key2", []).ConfigureAwait(false);

        Expect.Equal(false, await Files.DeleteAsync("bob", "a", Token).ConfigureAwait(false));
        Expect.Equal(true, await Files.DeleteAsync("alice", "a", Token).ConfigureAwait(false));
        Expect.Equal(false, await Files.DeleteAsync("alice", "a", Token).ConfigureAwait(false));
        Expect.Equal("key2", (await Files.FindAnyAsync("a", Token).ConfigureAwait(false))?.Key);
    }

    public async Task An_owner_has_a_quota_of_bytes_in_which_a_replaced_file_does_not_count()
    {
        await PutAsync("alice", "a", "key1", new byte[60]).ConfigureAwait(false);
        await PutAsync("alice", "b", "key2", new byte[40]).ConfigureAwait(false);
        await PutAsync("alice", "a", "key3", new byte[59]).ConfigureAwait(false);

        await Expect.ThrowsAsync<QuotaExceededException>(() => PutAsync("alice", "a", "key4", new byte[61]), "101 bytes of 100")
            .ConfigureAwait(false);
        Expect.Equal(59, (await Files.FindAsync("alice", "a", Token).ConfigureAwait(false))?.Content.Length ?? 0);
        await PutAsync("bob", "a", "key5", new byte[100]).ConfigureAwait(false);
    }

    public async Task An_owner_has_a_quota_of_files()
    {
        for (var number = 0; number < 30; number++) await PutAsync("alice", $"{number}", $"key{number}", []).ConfigureAwait(false);

        await Expect.ThrowsAsync<QuotaExceededException>(() => PutAsync("alice", "new", "new", []), "A file beyond the quota")
            .ConfigureAwait(false);
        await PutAsync("alice", "7", "again", [1]).ConfigureAwait(false);
        await Files.DeleteAsync("alice", "7", Token).ConfigureAwait(false);
        await PutAsync("alice", "new", "new", []).ConfigureAwait(false);
    }

    private Task<StoredFile> PutAsync(string? owner, string name, string key, byte[] content) =>
        Files.PutAsync(new StoredFile(owner, name, key, content), Token);
}
