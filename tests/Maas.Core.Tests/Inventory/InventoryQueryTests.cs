using System.Diagnostics;
using System.Text;
using CsCheck;
using Maas.Core.Inventory;

namespace Maas.Core.Tests.Inventory;

public class InventoryQueryTests
{
    private static readonly InventoryDocument Server = InventoryDocument.Of(LshwDocumentTests.Server, "rack-1");

    [Theory]
    [InlineData("//node[@id=\"core\"]")]
    [InlineData("/node/vendor")]
    [InlineData("/node/vendor = 'Dell Inc.'")]
    [InlineData("/node[@class='system']/product[contains(., 'R740')]")]
    [InlineData("//node[@id=\"memory\"]/size[@units=\"bytes\"] > 8589934592")]
    [InlineData("//node[@id='cpu:0']/capabilities/capability/@id = 'x86-64'")]
    [InlineData("//node[@class='processor']/vendor[starts-with(., 'Intel')]")]
    [InlineData("//node[@class='display']/vendor[contains(., \"NVIDIA\")]")]
    [InlineData("//node[@id='network:1']/serial = '52:54:00:00:00:02'")]
    [InlineData("//node[@class='network']/size[@units='bit/s'] >= 10000000000")]
    [InlineData("//node[@class='network'][configuration/setting[@id='driver'][@value='mlx5_core']]")]
    [InlineData("count(//node[@class='disk']) = 2")]
    [InlineData("//node[@class='disk']/size > 1000000000000")]
    [InlineData("//node[@class='disk'][configuration/setting[@id='rotational']/@value = 'no']")]
    [InlineData("//node[@id='firmware']/capabilities/capability/@id = 'uefi'")]
    [InlineData("//lshw:node[@id='core']")]
    [InlineData("not(//lldp:interface)")]
    [InlineData("sum(//node[@class='disk']/size)")]
    [InlineData("string(//node[@class='display']/vendor)")]
    [InlineData("true()")]
    public void A_server_matches(string definition) => Matches(definition, Server).Should().BeTrue();

    [Theory]
    [InlineData("/node/vendor = 'HP'")]
    [InlineData("//node[@class='display']/vendor[contains(., 'Matrox')]")]
    [InlineData("//lldp:chassis")]
    [InlineData("//node[@id='memory']/size < 1")]
    [InlineData("count(//node[@class='tape'])")]
    [InlineData("string(//node[@class='tape'])")]
    [InlineData("number('no number')")]
    [InlineData("false()")]
    public void A_server_does_not_match(string definition) => Matches(definition, Server).Should().BeFalse();

    [Theory]
    [InlineData("not(//node)", true)]
    [InlineData("//node", false)]
    public void A_machine_without_an_inventory_has_an_empty_document(string definition, bool expected) =>
        Matches(definition, InventoryDocument.Of(null, "x")).Should().Be(expected);

    [Theory]
    [InlineData("//node[")]
    [InlineData("")]
    [InlineData("//")]
    [InlineData("//node[@id=\"display\"]/'clock units=\"Hz\"' > 1000000000")]
    [InlineData("$variable")]
    [InlineData("document('file:///etc/passwd')")]
    [InlineData("ms:string-compare('a', 'b')")]
    [InlineData("unknown(//node)")]
    [InlineData("//other:node")]
    [InlineData("count('text')")]
    [InlineData("<!DOCTYPE x>")]
    [InlineData("current()")]
    [InlineData("key('a', 'b')")]
    public void What_is_no_XPath_or_needs_more_than_XPath_is_refused_with_a_reason(string definition)
    {
        InventoryQuery.TryParse(definition, out var query, out var error).Should().BeFalse();
        query.Should().BeNull();
        error.Should().NotBeEmpty();
    }

    [Fact]
    public void A_long_or_deep_definition_is_refused_or_evaluated_without_a_deep_stack()
    {
        InventoryQuery.TryParse(new string('a', InventoryQuery.Longest + 1), out _, out var length).Should().BeFalse();
        length.Should().Contain("4096");
        foreach (var deep in new[]
        {
            Repeat("not(", 1000) + "1" + new string(')', 1000), new string('(', 2000) + "1" + new string(')', 2000),
            Repeat("a[", 1300) + "1" + new string(']', 1300), new string('-', 4000) + "1",
            Repeat("a|", 2000) + "a", Repeat("1+", 2000) + "1", Repeat("a/", 2000) + "a",
        })
        {
            if (InventoryQuery.TryParse(deep, out var query, out var error)) query.Matches(Server, out _);
            else error.Should().NotBeEmpty();
        }
    }

    // Each takes a billion steps and more on the largest inventory.
    [Theory]
    [InlineData("count(//*[count(//*[count(//*) > 0]) > 0])")]
    [InlineData("//*[//*[//*[//*[. = 'x']]]]")]
    [InlineData("//node//node//node//*//*//*//*//*//*[. = 'x']")]
    [InlineData("//*[normalize-space(/) = '']")]
    [InlineData("//*[string(/) = concat(string(/), string(/))]")]
    [InlineData("//*/ancestor::*//*/ancestor::*//*/ancestor::*//*[. = 'x']")]
    [InlineData("//*[. = //*[. = //*[count(//*) = 1]]]")]
    [InlineData("//*[translate(string(/), 'abc', 'def') = 'x']")]
    [InlineData("(//*|//*|//*|//*)[count(preceding::*|following::*) = 1]")]
    public void A_definition_of_a_billion_steps_ends_soon_and_does_not_match(string definition)
    {
        InventoryQuery.TryParse(definition, out var query, out var error).Should().BeTrue(error);
        var document = InventoryDocument.Of(LshwDocumentTests.Largest, "big");
        var started = Stopwatch.GetTimestamp();

        query!.Matches(document, out var isTooCostly).Should().BeFalse();

        isTooCostly.Should().BeTrue();
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(5)); // some 100 ms on an idle processor
    }

    [Fact]
    public void An_ordinary_definition_fits_into_the_budget_on_the_largest_inventory()
    {
        InventoryQuery.TryParse("//node[@class='display']/vendor[contains(., 'NVIDIA')]", out var query, out _).Should().BeTrue();

        query!.Matches(InventoryDocument.Of(LshwDocumentTests.Largest, "big"), out var isTooCostly).Should().BeFalse();

        isTooCostly.Should().BeFalse();
    }

    [Fact]
    public void Any_text_is_a_definition_or_refused()
    {
        string[] words =
        [
            "//", "/", "node", "*", "@id", "[", "]", "(", ")", "'a'", "\"b\"", "1", "0.5", " and ", " or ", " = ", " < ", "+", "-", "|",
            "count(", "not(", "::", "ancestor", "..", ".", "lldp:", ",", " ", "$a", "last()", "position()", "div ", "mod ", "text()", "id(",
            "lang(", "\0", "é",
        ];
        Gen.Int[0, words.Length - 1].Array[0, 20].Select(picks => string.Concat(picks.Select(pick => words[pick]))).Sample(
            text =>
            {
                if (InventoryQuery.TryParse(text, out var query, out var error)) query.Matches(Server, out _);
                else error.Should().NotBeEmpty();
            },
            iter: 3000);
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static bool Matches(string definition, InventoryDocument document)
    {
        InventoryQuery.TryParse(definition, out var query, out var error).Should().BeTrue(error);
        var result = query!.Matches(document, out var isTooCostly);
        isTooCostly.Should().BeFalse();
        return result;
    }
}
