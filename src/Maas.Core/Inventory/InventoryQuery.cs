using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.XPath;

namespace Maas.Core.Inventory;

/// <summary>
/// A definition of a tag: an XPath 1.0 expression over an inventory. It is written by an administrator and evaluated on every machine, so
/// its cost is bounded: by its length, and by an amount of work for each machine that does not depend on how fast the host is. There are
/// no variables and no functions but XPath's own.
/// </summary>
internal sealed class InventoryQuery
{
    /// <summary>The longest expression, in characters.</summary>
    public const int Longest = 4096;

    private readonly XPathExpression _expression;

    private InventoryQuery(string text, XPathExpression expression) => (Text, _expression) = (text, expression);

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="query">The query; <see langword="null"/> when the answer is <see langword="false"/>.</param>
    /// <param name="error">Why not; empty when the answer is <see langword="true"/>.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out InventoryQuery? query, out string error)
    {
        (query, error) = (null, "");
        if (text.Length > Longest)
        {
            error = $"it has {text.Length} characters; at most {Longest} are allowed";
            return false;
        }

        try
        {
            var candidate = new InventoryQuery(text, XPathExpression.Compile(text, Prefixes.Known));
            // Some faults, such as a number where nodes are needed, show only when it is evaluated.
            candidate.Evaluate(InventoryDocument.Empty);
            query = candidate;
            return true;
        }
        catch (Exception fault) when (fault is XPathException or ArgumentException or InvalidOperationException)
        {
            error = LogText.From(fault.Message, 300);
            return false;
        }
        catch (QueryBudgetException)
        {
            error = "it is too costly to evaluate";
            return false;
        }
    }

    /// <summary>Whether a machine matches: the result is true, a number other than 0, a text that is not empty, or any node.</summary>
    /// <param name="document">The machine's inventory.</param>
    /// <param name="isTooCostly">Whether the evaluation was ended because it took too much work; it does not match then.</param>
    public bool Matches(InventoryDocument document, out bool isTooCostly)
    {
        isTooCostly = false;
        try
        {
            return Evaluate(document);
        }
        catch (QueryBudgetException)
        {
            isTooCostly = true;
            return false;
        }
        catch (XPathException)
        {
            return false; // such as a function of a type that the data does not convert to
        }
    }

    private bool Evaluate(InventoryDocument document)
    {
        // A compiled expression has state: each evaluation uses its own copy.
        var navigator = document.Navigate(new QueryBudget(InventoryDocument.Budget, 1 + (Text.Length / 128)));
        return navigator.Evaluate(_expression.Clone()) switch
        {
            bool truth => truth,
            double number => number is not (0 or double.NaN),
            string text => text.Length > 0,
            XPathNodeIterator nodes => nodes.MoveNext(),
            _ => false,
        };
    }

    /// <summary>
    /// <c>lldp</c> is the namespace of elements that no document has. <c>lshw</c> is one that MAAS has a second copy of the same elements
    /// in; here it names the elements themselves.
    /// </summary>
    private sealed class Prefixes : IXmlNamespaceResolver
    {
        public static Prefixes Known { get; } = new();

        public IDictionary<string, string> GetNamespacesInScope(XmlNamespaceScope scope) =>
            new Dictionary<string, string> { ["lldp"] = LshwDocument.LldpNamespace, ["lshw"] = "" };

        public string? LookupNamespace(string prefix) => prefix switch
        {
            "lldp" => LshwDocument.LldpNamespace,
            "lshw" or "" => "",
            _ => null,
        };

        public string? LookupPrefix(string namespaceName) => namespaceName == LshwDocument.LldpNamespace ? "lldp" : null;
    }
}
