using System.Globalization;
using System.Text;
using CsCheck;
using Maas.Dashboard.Consoles;

namespace Maas.Dashboard.Tests.Consoles;

/// <summary>What a machine prints, as text.</summary>
public sealed class TerminalScreenTests
{
    [Theory]
    [InlineData("one\r\ntwo", "one\ntwo")]
    [InlineData("loading 10 %\rloading 20 %", "loading 20 %")]
    [InlineData("abc\b\bX", "aXc")]
    [InlineData("a\tb", "a       b")]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("\e]0;a title\arest", "rest")]
    [InlineData("\e]0;a title\e\\rest", "rest")]
    [InlineData("\e(Btext", "text")]
    [InlineData("old\e[2J\e[Hnew", "new")]
    [InlineData("12345\e[3D\e[K", "12")]
    [InlineData("\e[2;3Hx\e[1;1Hy", "y\n  x")]
    [InlineData("a\e[?25lb", "ab")]
    [InlineData("\u00e4\u20ac", "\u00e4\u20ac")]
    [InlineData("evil \u202etxt.exe", "evil \ufffdtxt.exe")]
    [InlineData("bell\a and nul\0", "bell and nul")]
    public void It_reads_what_consoles_send(string sent, string shown) => Shown(sent).Should().Be(shown);

    [Fact]
    public void A_line_longer_than_the_screen_goes_on_in_the_next_one() =>
        Shown(new string('x', 100)).Should().Be(new string('x', 80) + "\n" + new string('x', 20));

    [Fact]
    public void Lines_that_left_the_screen_are_kept_up_to_a_limit()
    {
        var text = Shown(string.Concat(Enumerable.Range(0, 2000).Select(line => $"line {line}\r\n"))).Split('\n');

        text.Should().HaveCount(TerminalScreen.MostScrolled + TerminalScreen.Rows - 1);
        text[^1].Should().Be("line 1999");
    }

    [Fact]
    public void A_character_that_arrives_in_two_parts_is_one()
    {
        var screen = new TerminalScreen();
        foreach (var part in "\u20ac"u8) screen.Write([part]);
        screen.ToString().Should().Be("\u20ac");
    }

    [Fact]
    public void Any_bytes_leave_a_bounded_text_without_control_characters() =>
        Gen.OneOf(Gen.Byte, Gen.Int[0, 6].Select(at => "\e[;9HJ\n"u8[at])).Array[0, 3000].Sample(
            bytes =>
            {
                var screen = new TerminalScreen();
                screen.Write(bytes);
                var text = screen.ToString();
                return text.Length <= (TerminalScreen.MostScrolled + TerminalScreen.Rows) * (TerminalScreen.Columns + 1)
                    && text.All(each => each == '\n' || (char.GetUnicodeCategory(each) is not (
                        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate)));
            },
            iter: 500);

    private static string Shown(string sent)
    {
        var screen = new TerminalScreen();
        screen.Write(Encoding.UTF8.GetBytes(sent));
        return screen.ToString();
    }
}
