using Maas.Core.Events;

namespace Maas.Testing.Stores.Contract;

internal sealed class ObservationContract : StoreCases
{
    private const int Slack = 100;

    public async Task The_newest_observations_of_addresses_are_read_the_oldest_first()
    {
        for (var number = 0; number < 5; number++)
        {
            await ObserveAsync(1, "dhcp", $"a{number}").ConfigureAwait(false);
            await ObserveAsync(2, "tftp", $"b{number}").ConfigureAwait(false);
        }

        await ReadAsync([1], 3, "a2", "a3", "a4").ConfigureAwait(false);
        await ReadAsync([2, 1], 3, "b3", "a4", "b4").ConfigureAwait(false);
        await ReadAsync([3], 3).ConfigureAwait(false);
        await ReadAsync([], 3).ConfigureAwait(false);
        var read = await Store.Events.ObservationsAsync([MacOf(1)], 1, Token).ConfigureAwait(false);
        Expect.Equal(new Observation(Now, MacOf(1), "dhcp", "a4"), read.Single());
    }

    public async Task Text_is_kept_as_it_is()
    {
        foreach (var text in HostileTexts)
        {
            await ObserveAsync(1, "dhcp", text).ConfigureAwait(false);
            await ReadAsync([1], 1, text).ConfigureAwait(false);
        }
    }

    public async Task An_address_has_a_limit_and_syslog_lines_one_of_their_own()
    {
        for (var number = 0; number < 8; number++)
        {
            await ObserveAsync(1, Observation.Syslog, $"s{number}", perAddress: 3).ConfigureAwait(false);
            await ObserveAsync(2, "dhcp", $"other{number}", perAddress: 100).ConfigureAwait(false);
        }

        for (var number = 0; number < 5; number++) await ObserveAsync(1, "dhcp", $"d{number}", perAddress: 3).ConfigureAwait(false);

        await ReadAsync([1], 100, "s5", "s6", "s7", "d2", "d3", "d4").ConfigureAwait(false);
        Expect.Equal(8, (await Store.Events.ObservationsAsync([MacOf(2)], 100, Token).ConfigureAwait(false)).Count);
    }

    public async Task All_addresses_have_a_limit_and_syslog_lines_one_of_their_own()
    {
        const int InAll = 20;
        // Strictly in turn: a store that checks every so many observations must check both kinds.
        for (var number = 0; number < 300; number++)
        {
            await ObserveAsync(number, "dhcp", $"d{number}", inAll: InAll).ConfigureAwait(false);
            await ObserveAsync(number, Observation.Syslog, $"s{number}", inAll: InAll).ConfigureAwait(false);
        }

        var left = await Store.Events.ObservationsAsync([.. Enumerable.Range(0, 300).Select(MacOf)], 1000, Token).ConfigureAwait(false);
        foreach (var isSyslog in (bool[])[true, false])
        {
            var ofKind = left.Where(observation => observation.Kind == Observation.Syslog == isSyslog)
                .Select(observation => observation.Text).ToList();
            Expect.True(ofKind.Count is >= InAll and <= InAll + Slack, $"{InAll} are kept of all, or {Slack} more; {ofKind.Count} are");
            Expect.Sequence(
                Enumerable.Range(300 - ofKind.Count, ofKind.Count).Select(number => isSyslog ? $"s{number}" : $"d{number}"),
                ofKind);
        }
    }

    private Task ObserveAsync(int address, string kind, string text, int perAddress = 1000, int inAll = 10_000) =>
        Store.Events.ObserveAsync(new Observation(Now, MacOf(address), kind, text), perAddress, inAll, Token);

    private async Task ReadAsync(int[] addresses, int limit, params string[] texts)
    {
        var read = await Store.Events.ObservationsAsync([.. addresses.Select(MacOf)], limit, Token).ConfigureAwait(false);
        Expect.Sequence(texts, read.Select(observation => observation.Text));
    }
}
