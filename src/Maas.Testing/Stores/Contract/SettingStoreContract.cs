namespace Maas.Testing.Stores.Contract;

internal sealed class SettingStoreContract : StoreCases
{
    public async Task A_setting_is_replaced_as_it_was_read_by_one_of_several_callers()
    {
        Expect.True(!await Store.Settings.ReplaceAsync("a", "1", "2", Token).ConfigureAwait(false), "A missing setting is not replaced");
        for (string? read = null, next; read is not "2"; read = next)
        {
            next = read is null ? "1" : "2";
            var replaced = await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(
                () => Store.Settings.ReplaceAsync("a", read, next, Token), Token))).ConfigureAwait(false);
            Expect.Equal(1, replaced.Count(each => each));
            Expect.Equal(next, await Store.Settings.GetAsync("a", Token).ConfigureAwait(false));
        }
    }

    public async Task A_setting_is_set_and_replaced()
    {
        Expect.Equal(null, await Store.Settings.GetAsync("a", Token).ConfigureAwait(false));
        await Store.Settings.SetAsync("a", "1", Token).ConfigureAwait(false);
        await Store.Settings.SetAsync("A", "2", Token).ConfigureAwait(false);
        await Store.Settings.SetAsync("a", "3", Token).ConfigureAwait(false);

        Expect.Equal("3", await Store.Settings.GetAsync("a", Token).ConfigureAwait(false));
        Expect.Equal("2", await Store.Settings.GetAsync("A", Token).ConfigureAwait(false));
    }

    public async Task A_setting_that_several_callers_add_is_the_same_for_all()
    {
        var added = await Task.WhenAll(Enumerable.Range(1, 8).Select(number => Task.Run(
            () => Store.Settings.GetOrAddAsync("a", $"{number}", Token), Token))).ConfigureAwait(false);
        var stored = await Store.Settings.GetAsync("a", Token).ConfigureAwait(false);

        foreach (var value in added) Expect.Equal(stored, value);
        await Store.Settings.SetAsync("a", "9", Token).ConfigureAwait(false);
        Expect.Equal("9", await Store.Settings.GetOrAddAsync("a", "10", Token).ConfigureAwait(false));
        Expect.Equal("9", await Store.Settings.GetAsync("a", Token).ConfigureAwait(false));
    }

    public async Task Text_is_kept_as_it_is()
    {
        foreach (var text in HostileTexts) await Store.Settings.SetAsync(text, text, Token).ConfigureAwait(false);
        foreach (var text in HostileTexts) Expect.Equal(text, await Store.Settings.GetAsync(text, Token).ConfigureAwait(false));
    }
}
