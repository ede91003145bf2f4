using CsCheck;
using Maas.Core.Constraints;

namespace Maas.Core.Tests.Constraints;

public class LabeledConstraintTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("0:space=db", "0: space=db")]
    [InlineData("0:space=db;eth_1-x:space=5,not_tag=a=b,space=", "0: space=db", "eth_1-x: space=5 not_tag=a=b space=")]
    [InlineData("a:subnet=vlan:7", "a: subnet=vlan:7")]
    public void A_list_is_read(string text, params string[] constraints)
    {
        LabeledConstraint.TryParse(text, out var read).Should().BeNull();
        read.Select(each => $"{each.Label}: {string.Join(' ', each.Terms.Select(term => $"{term.Key}={term.Value}"))}")
            .Should().Equal(constraints);
    }

    [Theory]
    [InlineData("x", "Malformed constraint: 'x' (required format: '<label>:<key>=<value>[,<key2>=<value2>[,...]]')")]
    [InlineData("0:space=db;", "Malformed constraint: ''*")]
    [InlineData("0:", "Malformed key/value pair in constraint: ''")]
    [InlineData("0:space", "Malformed key/value pair in constraint: 'space'")]
    [InlineData("0:space=db;0:space=db", "Constraint label defined more than once: '0'")]
    [InlineData(":space=db", "Invalid label name: ''*")]
    [InlineData("-a:space=db", "Invalid label name: '-a' (Must begin with an alphanumeric character*")]
    [InlineData("é:space=db", "Invalid label name*")]
    public void Another_text_is_refused_in_the_words_of_MAAS(string text, string reason) =>
        LabeledConstraint.TryParse(text, out _).Should().Match(reason);

    [Fact]
    public void Its_length_and_the_number_of_labels_are_bounded()
    {
        LabeledConstraint.TryParse(string.Join(';', Enumerable.Range(0, 64).Select(each => $"{each}:a=b")), out _).Should().BeNull();
        LabeledConstraint.TryParse(string.Join(';', Enumerable.Range(0, 65).Select(each => $"{each}:a=b")), out _).Should().NotBeNull();
        LabeledConstraint.TryParse($"0:a={new string('b', 9000)}", out _).Should().NotBeNull();
    }

    [Fact]
    public void No_text_throws_and_messages_are_short() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["a1:;,=-_ \u202E"], 0, 60]).Sample(text =>
        {
            var wrong = LabeledConstraint.TryParse(text, out var read);
            if (wrong is null) read.All(each => each.Label.Length > 0 && each.Terms.Count > 0).Should().BeTrue();
            else wrong.Length.Should().BeLessThan(300);
        });
}
