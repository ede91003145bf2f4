namespace Maas.Testing.Stores.Contract;

internal sealed class SettingStoreContract : StoreCases
{
    public async Task A_setting_is_set_and_replaced()
    {
        Expect.Equal(null, await Store.Settings.GetAsync("a", Token).ConfigureAwait(false));
        await Store.Settings.SetAsync("a", "1", Token).ConfigureAwait(false);
        await Store.Settings.SetAsync("A", "2", Token).ConfigureAwait(false);
        await Store.Settings.SetAsync("a", "3", Token).ConfigureAwait(false);

        Expect.Equal("3", await Store.Settings.GetAsync("a", Token).ConfigureAwait(false));
        Expect.Equal("2", await Store.Settings.GetAsync("A", Token).ConfigureAwait(false));
    }

    public async Task Text_is_kept_as_it_is()
    {
        foreach (var text in HostileTexts) await Store.Settings.SetAsync(text, text, Token).ConfigureAwait(false);
        foreach (var text in HostileTexts) Expect.Equal(text, await Store.Settings.GetAsync(text, Token).ConfigureAwait(false));
    }
}
