using System.Net;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Maas.Boot.Syslog;

namespace Maas.Boot.Tests.Diagnostics;

/// <summary>A clock that ran ahead and was set back spends nobody's budget for years.</summary>
public class TimeWindowTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Ahead = Now.AddYears(10);

    [Fact]
    public void A_window_begins_anew_when_it_is_over_and_when_the_clock_is_set_back()
    {
        var window = new TimeWindow(TimeSpan.FromSeconds(10));
        window.TryBegin(Ahead).Should().BeTrue();
        window.TryBegin(Ahead.AddSeconds(9)).Should().BeFalse();
        window.TryBegin(Ahead.AddSeconds(10)).Should().BeTrue();
        window.TryBegin(Now).Should().BeTrue();
        window.TryBegin(Now.AddSeconds(9)).Should().BeFalse();
    }

    [Fact]
    public void A_budget_of_lines_that_was_spent_in_the_future_is_whole_again()
    {
        var budget = new SyslogRateLimiter(1, TimeSpan.FromSeconds(10), 1);
        budget.TryTake(IPAddress.Loopback, Ahead).Should().BeTrue();
        budget.TryTake(IPAddress.Loopback, Ahead).Should().BeFalse();
        budget.TryTake(IPAddress.Loopback, Now).Should().BeTrue();
    }

    [Fact]
    public void A_limit_a_minute_that_was_met_in_the_future_is_whole_again()
    {
        var limit = new KeyedRateLimiter(1);
        limit.TryTake([1], Ahead, out _).Should().BeTrue();
        limit.TryTake([1], Ahead, out _).Should().BeFalse();
        limit.TryTake([1], Now, out _).Should().BeTrue();
    }
}
