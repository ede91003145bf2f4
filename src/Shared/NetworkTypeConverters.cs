using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Maas;

/// <summary>
/// Lets configuration binding read addresses, endpoints and networks, for which .NET has no type converters: without one, the binder
/// leaves such a property as it is
/// and says nothing.
/// </summary>
internal static class NetworkTypeConverters
{
    static NetworkTypeConverters()
    {
        Add<IPAddress>(typeof(TextTypeConverter<IPAddress>));
        Add<IPNetwork>(typeof(TextTypeConverter<IPNetwork>));
        Add<IPEndPoint>(typeof(EndPointTypeConverter));
    }

    /// <summary>
    /// Adds the converters, once in a process. The static constructor of each options class that has such a property calls it.
    /// </summary>
    public static void Register()
    {
        // The static constructor does it.
    }

    // An application that has brought a converter of its own keeps it.
    private static void Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type converter)
    {
        if (TypeDescriptor.GetAttributes(typeof(T)).OfType<TypeConverterAttribute>().All(found => found.ConverterTypeName.Length == 0))
            TypeDescriptor.AddAttributes(typeof(T), new TypeConverterAttribute(converter));
    }

    private sealed class EndPointTypeConverter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
            sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            value is string text ? IPEndPoint.Parse(text) : base.ConvertFrom(context, culture, value);
    }
}
