using Maas.Core.Accounts;

namespace Maas.Core.Tests.Accounts;

public class NonceStoreTests
{
    [Fact]
    public async Task A_nonce_works_once_for_its_token_also_after_a_restart()
    {
        await using var test = await TestCore.OpenAsync();
        var now = test.Clock.GetUtcNow().ToUnixTimeSeconds();
        (await test.Core.Nonces.UseAsync("c", "t", "n", now)).Should().Be(NonceVerdict.Fresh);
        (await test.Core.Nonces.UseAsync("c", "t", "n", now)).Should().Be(NonceVerdict.Used);
        (await test.Core.Nonces.UseAsync("c", "other", "n", now)).Should().Be(NonceVerdict.Fresh);
        await test.ReopenAsync();
        (await test.Core.Nonces.UseAsync("c", "t", "n", now)).Should().Be(NonceVerdict.Used);
    }

    [Theory]
    [InlineData(-301, NonceVerdict.Expired)]
    [InlineData(-300, NonceVerdict.Fresh)]
    [InlineData(86_400, NonceVerdict.Fresh)]
    public async Task A_timestamp_may_be_five_minutes_old_or_of_the_future(int seconds, NonceVerdict verdict)
    {
        await using var test = await TestCore.OpenAsync();
        (await test.Core.Nonces.UseAsync("c", "t", "n", test.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds)).Should().Be(verdict);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(86_400)]
    public async Task A_request_is_never_accepted_a_second_time_however_late_it_is_repeated(int ahead)
    {
        await using var test = await TestCore.OpenAsync();
        var stamp = test.Clock.GetUtcNow().ToUnixTimeSeconds() + ahead;
        await test.Core.Nonces.UseAsync("c", "t", "n", stamp);
        for (var minute = 0; minute < (ahead / 60) + 10; minute += 5)
        {
            test.Clock.Advance(TimeSpan.FromMinutes(5));
            (await test.Core.Nonces.UseAsync("c", "t", "n", stamp)).Should().NotBe(NonceVerdict.Fresh);
        }
    }

    [Fact]
    public async Task Numbers_and_nonces_that_make_no_sense_are_refused()
    {
        await using var test = await TestCore.OpenAsync();
        (await test.Core.Nonces.UseAsync("c", "t", "n", long.MaxValue)).Should().Be(NonceVerdict.Used);
        (await test.Core.Nonces.UseAsync("c", "t", "n", long.MinValue)).Should().Be(NonceVerdict.Expired);
        (await test.Core.Nonces.UseAsync("c", "t", "", test.Clock.GetUtcNow().ToUnixTimeSeconds())).Should().Be(NonceVerdict.Used);
        (await test.Core.Nonces.UseAsync("c", "t", new string('x', 256), test.Clock.GetUtcNow().ToUnixTimeSeconds())).Should()
            .Be(NonceVerdict.Used);
    }
}
