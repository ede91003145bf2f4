using System.Globalization;
using System.Text;
using CsCheck;

namespace Maas.Core.Tests.Events;

public class LogTextTests
{
    [Theory]
    [InlineData("plain \u00e4 \ud83d\ude00", "plain \u00e4 \ud83d\ude00")]
    [InlineData("a\r\nb\tc", "a  b c")]
    [InlineData("\u001b[31mred\u001b[0m\u0007", "[31mred[0m")]
    [InlineData("user\u202egpj.exe", "usergpj.exe")]
    [InlineData("\u2066a\u2069\u200b\ufeffb\u00ad", "ab")]
    [InlineData("one\u2028two\u2029three\u0085four", "one two three four")]
    [InlineData("  ", "")]
    [InlineData(null, "")]
    public void Nothing_ends_the_line_commands_a_terminal_or_turns_the_reading_round(string? text, string shown) =>
        LogText.From(text).Should().Be(shown);

    [Fact]
    public void Any_text_becomes_one_bounded_line_and_stays_as_it_is_the_second_time() =>
        Gen.Select(Gen.String, Gen.Int[0, 50]).Sample((text, longest) =>
    {
        var shown = LogText.From(text, longest);
        shown.Length.Should().BeLessThanOrEqualTo(longest);
        foreach (var letter in shown.EnumerateRunes())
        {
            Rune.GetUnicodeCategory(letter).Should().NotBe(UnicodeCategory.Control).And.NotBe(UnicodeCategory.Format)
                .And.NotBe(UnicodeCategory.LineSeparator).And.NotBe(UnicodeCategory.ParagraphSeparator);
        }

        LogText.From(shown, longest).Should().Be(shown);
    });
}
