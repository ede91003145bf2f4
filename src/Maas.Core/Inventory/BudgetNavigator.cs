using System.Xml;
using System.Xml.XPath;

namespace Maas.Core.Inventory;

/// <summary>
/// Counts what an XPath evaluation does, and ends it when its budget is used up: the library's own evaluation cannot be cancelled. Every
/// step, copy and comparison goes through the navigator. A text counts by its length, because functions of texts have no steps.
/// </summary>
internal sealed class BudgetNavigator(XPathNavigator inner, QueryBudget budget) : XPathNavigator
{
    // A comparison may move what a sorted set has in memory.
    private const int Comparison = 8;

    public override string BaseURI => inner.BaseURI;

    public override bool IsEmptyElement => inner.IsEmptyElement;

    public override string LocalName => inner.LocalName;

    public override string Name => inner.Name;

    public override string NamespaceURI => inner.NamespaceURI;

    public override XmlNameTable NameTable => inner.NameTable;

    public override XPathNodeType NodeType => inner.NodeType;

    public override string Prefix => inner.Prefix;

    public override string Value
    {
        get
        {
            var value = inner.Value;
            budget.Spend(1 + (value.Length / 2));
            return value;
        }
    }

    public override XPathNavigator Clone() => new BudgetNavigator(Spend(inner).Clone(), budget);

    public override bool IsSamePosition(XPathNavigator other) => Spend(inner).IsSamePosition(Unwrap(other));

    public override XmlNodeOrder ComparePosition(XPathNavigator? nav)
    {
        budget.Spend(Comparison);
        return nav is null ? XmlNodeOrder.Unknown : inner.ComparePosition(Unwrap(nav));
    }

    public override bool MoveTo(XPathNavigator other) => Spend(inner).MoveTo(Unwrap(other));

    public override bool MoveToFirstAttribute() => Spend(inner).MoveToFirstAttribute();

    public override bool MoveToFirstChild() => Spend(inner).MoveToFirstChild();

    public override bool MoveToFirstNamespace(XPathNamespaceScope namespaceScope) => Spend(inner).MoveToFirstNamespace(namespaceScope);

    public override bool MoveToId(string id) => Spend(inner).MoveToId(id);

    public override bool MoveToNext() => Spend(inner).MoveToNext();

    public override bool MoveToNextAttribute() => Spend(inner).MoveToNextAttribute();

    public override bool MoveToNextNamespace(XPathNamespaceScope namespaceScope) => Spend(inner).MoveToNextNamespace(namespaceScope);

    public override bool MoveToParent() => Spend(inner).MoveToParent();

    public override bool MoveToPrevious() => Spend(inner).MoveToPrevious();

    private static XPathNavigator Unwrap(XPathNavigator navigator) =>
        navigator is BudgetNavigator { Inner: var wrapped } ? wrapped : navigator;

    private XPathNavigator Inner => inner;

    private XPathNavigator Spend(XPathNavigator navigator)
    {
        budget.Spend(1);
        return navigator;
    }
}

/// <summary>The work that one evaluation has left; shared by all navigators of it.</summary>
/// <param name="amount">How much it may do.</param>
/// <param name="cost">What each unit counts as.</param>
internal sealed class QueryBudget(long amount, int cost)
{
    private long _left = amount;

    /// <exception cref="QueryBudgetException">Nothing is left.</exception>
    public void Spend(long units)
    {
        if ((_left -= units * cost) < 0) throw new QueryBudgetException();
    }
}

/// <summary>An evaluation took too much work.</summary>
internal sealed class QueryBudgetException : Exception
{
    public QueryBudgetException() : base("The evaluation took too much work.") { }
}
