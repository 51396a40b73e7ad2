// The room RouteTable.
