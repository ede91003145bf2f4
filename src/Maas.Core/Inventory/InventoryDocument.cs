using System.Xml;
using System.Xml.XPath;

namespace Maas.Core.Inventory;

/// <summary>An inventory as definitions of tags see it. Immutable; any number of queries may be evaluated on it.</summary>
internal sealed class InventoryDocument
{
    /// <summary>
    /// How much work a query may do on one document. A pass over the 50,000 elements of the largest inventory takes a tenth of it; all of
    /// it takes 20 to 100 ms of processor time.
    /// </summary>
    public const int Budget = 2_000_000;

    private readonly XPathDocument _document;

    private InventoryDocument(XPathDocument document) => _document = document;

    /// <summary>The inventory of a machine that has sent none.</summary>
    public static InventoryDocument Empty { get; } = Load("<list/>"u8.ToArray());

    /// <summary>The document of an inventory.</summary>
    /// <param name="hardware">The inventory; <see langword="null"/> for none.</param>
    /// <param name="hostname">The machine's host name.</param>
    public static InventoryDocument Of(Hardware? hardware, string hostname) =>
        hardware is null ? Empty : Load(LshwDocument.Write(hardware, hostname));

    /// <summary>A navigator at the root that throws <see cref="QueryBudgetException"/> when the budget is used up.</summary>
    /// <param name="budget">The budget.</param>
    public XPathNavigator Navigate(QueryBudget budget) => new BudgetNavigator(_document.CreateNavigator(), budget);

    private static InventoryDocument Load(byte[] xml)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        using var reader = XmlReader.Create(new MemoryStream(xml), settings);
        return new InventoryDocument(new XPathDocument(reader));
    }
}
